import { describe, expect, it } from 'vitest';
import type { Entry, Fact } from '#core/events.ts';
import { ok, refuse } from '#core/lib/result.ts';
import { DeskId } from '#core/model/ids.ts';
import { createSync } from './service.ts';

function desk(writable = true) {
  const entries: Entry[] = [];
  const append = (facts: readonly Fact[]) => {
    if (!writable) return refuse({ reason: 'journal-not-writable' as const, text: 'disk full' });
    const added = facts.map((fact, n): Entry => {
      const seq = entries.length + n + 1;
      return { desk: DeskId.parse('D1'), epoch: 1, seq, atMs: seq * 1_000, fact };
    });
    entries.push(...added);
    for (const entry of added) sync.projection.memory(entry);
    return ok(added);
  };
  const sync = createSync({ journal: { append }, policy: { personsToDeclareLost: 1 }, now: () => 400_000 });
  return { ...sync, entries };
}

const why = { reason: 'telephone says it is dead' };
const dealer = { persons: ['dealer-1'] };

describe('the mode of the desk', () => {
  it('trades in EMERGENCY only', () => {
    const { port, handlers, entries } = desk();
    const walk: string[] = [];
    const note = (): void => {
      walk.push(`${port.view().mode} ${port.mayTrade() ?? 'may trade'}`);
    };
    note();
    handlers.declareLost(why, dealer);
    note();
    handlers.declareBack(why, dealer);
    note();
    handlers.declareLost(why, dealer);
    note();
    expect(walk).toEqual([
      'SUSPECT main-is-up',
      'EMERGENCY may trade',
      'HANDBACK main-is-up',
      'EMERGENCY may trade',
    ]);
    expect(entries.map(({ fact }) => fact.kind === 'mode-changed' && [fact.by, fact.why])).toEqual([
      [['dealer-1'], why.reason],
      [['dealer-1'], why.reason],
      [['dealer-1'], why.reason],
    ]);
  });

  it('refuses a second declaration and changes nothing', () => {
    const { handlers, entries } = desk();
    handlers.declareLost(why, dealer);
    expect(handlers.declareLost(why, dealer)).toMatchObject({
      ok: false,
      refusal: { reason: 'no-such-move' },
    });
    expect(entries.length).toBe(1);
  });

  it('shows the outage while it lasts', () => {
    const { handlers } = desk();
    expect(handlers.get()).toMatchObject({ mode: 'SUSPECT', mayTrade: false, outage: null });
    handlers.declareLost(why, dealer);
    expect(handlers.get()).toMatchObject({
      mayTrade: true,
      outage: { startedAtMs: 1_000, lastsMs: 399_000, reportable: true },
    });
  });

  it('that was STANDBY and starts without main is SUSPECT', () => {
    const { handlers, start, port, entries } = desk();
    handlers.declareBack(why, dealer);
    expect(port.view().mode).toBe('STANDBY');
    start();
    expect([port.view().mode, port.view().main]).toEqual(['SUSPECT', 'lost']);
    start();
    expect(entries.length).toBe(2);
    handlers.declareBack(why, dealer);
    handlers.declareLost(why, dealer);
    expect(port.view().mode).toBe('SUSPECT');
    handlers.declareLost(why, dealer);
    expect(port.view().mode).toBe('EMERGENCY');
  });

  it('does not move when the journal can not be written', () => {
    const { handlers, port } = desk(false);
    expect(handlers.declareLost(why, dealer)).toMatchObject({ refusal: { reason: 'journal-not-writable' } });
    expect(port.mayTrade()).toBe('main-is-up');
  });
});
