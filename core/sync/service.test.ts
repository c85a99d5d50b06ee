import { describe, expect, it } from 'vitest';
import { openScratch, scratchOptions } from '#core/journal/stage.ts';
import { scratchFolder } from '#core/journal/stage-folder.ts';
import { DAMPING } from './domain-damping.ts';
import type { Mode } from './events.ts';
import { createSync } from './service.ts';
import { deskInMode as desk, ONE_PERSON as dealer, SAID_DEAD as why, START_MS } from './service-stage.ts';

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
    expect(entries.map(({ fact }) => fact.kind === 'mode-changed' && [fact.by, fact.why, fact.sign])).toEqual(
      Array.from({ length: 3 }, () => [['dealer-1'], why.reason, 'person']),
    );
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
    const { handlers, around } = desk();
    expect(handlers.get()).toMatchObject({ mode: 'SUSPECT', mayTrade: false, outage: null });
    handlers.declareLost(why, dealer);
    around.nowMs += 399_000;
    expect(handlers.get()).toMatchObject({
      mayTrade: true,
      outage: { startedAtMs: START_MS, lastsMs: 399_000, reportable: true },
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

  describe('that starts in HANDBACK', () => {
    const restarted = (writable = true) => {
      const before = desk();
      before.handlers.declareLost(why, dealer);
      before.shows('up', 20);
      before.handlers.declareBack(why, dealer);
      const staged = desk({ log: before.entries });
      staged.around.nowMs = before.around.nowMs;
      staged.around.writable = writable;
      staged.start();
      staged.around.writable = true;
      return staged;
    };

    it('stays in it, and does not take main for heard', () => {
      const { port, handlers } = restarted();
      expect(port.view()).toMatchObject({ mode: 'HANDBACK', heard: { state: 'lost' } });
      expect(handlers.get().alive).toEqual([]);
    });

    it('does not trade by itself before it has heard main: persons may say so', () => {
      const { port, shows, handlers } = restarted();
      shows('lost', 600);
      // One beat is not heard yet.
      shows('up', 1);
      shows('lost', 600);
      expect(port.view().mode).toBe('HANDBACK');
      handlers.declareLost(why, dealer);
      expect(port.view().mode).toBe('EMERGENCY');
    });

    it('nor when the journal could not take at the start that main is not seen', () => {
      const { shows, port } = restarted(false);
      shows('lost', 600);
      expect(port.view().mode).toBe('HANDBACK');
    });

    it('goes on with the emergency when main was heard and is lost', () => {
      const { port, shows } = restarted();
      shows('lost', 600);
      shows('up', 20);
      shows('lost', 10);
      expect(port.view().mode).toBe('EMERGENCY');
    });
  });

  it('does not move when the journal can not be written', () => {
    const { handlers, port, around } = desk();
    around.writable = false;
    expect(handlers.declareLost(why, dealer)).toMatchObject({ refusal: { reason: 'journal-not-writable' } });
    expect(port.mayTrade()).toBe('main-is-up');
  });

  it.each<[Mode, string]>([
    ['STANDBY', 'no-such-move'],
    ['SUSPECT', 'no-such-move'],
    ['EMERGENCY', 'no-such-move'],
    ['HANDBACK', 'STANDBY'],
  ])('in %s a signed certificate: %s', (mode, wanted) => {
    const { handlers, port } = desk();
    const steps = { STANDBY: ['back'], SUSPECT: [], EMERGENCY: ['lost'], HANDBACK: ['lost', 'back'] }[mode];
    for (const step of steps) {
      if (step === 'lost') handlers.declareLost(why, dealer);
      else handlers.declareBack(why, dealer);
    }
    expect(port.view().mode).toBe(mode);
    const moved = port.signal('reconciled', ['asha', 'ravi'], 'certificate C1');
    expect(moved.ok ? moved.value.mode : moved.refusal.reason).toBe(wanted);
  });
});

describe('the scope of an emergency', () => {
  it('is asked for each row', () => {
    const { handlers, port } = desk();
    handlers.declareLost({ ...why, scope: { segments: ['NSE:FO'], accounts: ['C1'] } }, dealer);
    expect([
      port.covers('C1', 'NSE', 'FO'),
      port.covers('C2', 'NSE', 'FO'),
      port.covers('C1', 'NSE', 'CM'),
    ]).toEqual([true, false, false]);
    expect(handlers.get().scope).toEqual({ segments: ['NSE:FO'], accounts: ['C1'] });
    handlers.declareBack(why, dealer);
    expect([port.covers('C1', 'NSE', 'FO'), port.covers('C2', 'NSE', 'FO')]).toEqual([true, false]);
    expect(port.mayTrade()).toBe('main-is-up');
  });
});

describe('the link of main', () => {
  it('moves STANDBY and SUSPECT by itself, damped, and nothing leaves EMERGENCY but a person', () => {
    const { shows, made, handlers, port } = desk();
    shows('up', 20);
    shows('lost', 3);
    shows('up', 20);
    expect(port.view().mode).toBe('STANDBY');
    shows('lost', 10);
    handlers.declareLost(why, dealer);
    shows('up', 100);
    expect(handlers.get()).toMatchObject({ mode: 'EMERGENCY', main: 'declared-lost', mainIsBack: true });
    handlers.declareBack(why, dealer);
    shows('lost', 10);
    expect(made()).toEqual([
      'up by link',
      'SUSPECT>STANDBY link ',
      'lost by link',
      'STANDBY>SUSPECT link ',
      'SUSPECT>EMERGENCY person dealer-1',
      'up by link',
      'EMERGENCY>HANDBACK person dealer-1',
      'lost by link',
      'HANDBACK>EMERGENCY link ',
    ]);
  });

  it('counts the outage from the first beat that did not come', () => {
    const { shows, handlers, around } = desk();
    shows('up', 20);
    const lastBeatMs = around.nowMs;
    shows('lost', 10);
    expect(handlers.get().outage?.startedAtMs).toBe(lastBeatMs + 1_000);
  });

  it('that flaps makes a bounded number of facts, and the bound is one', () => {
    const { shows, made, port } = desk();
    for (let n = 0; n < 100; n += 1) {
      shows('up', 11);
      shows('lost', 5);
    }
    expect(made().filter((one) => one === 'bound-reached')).toHaveLength(1);
    expect(made()).toHaveLength(4 * DAMPING.upsAnHour + 1);
    expect(port.view().mode).toBe('SUSPECT');
  });

  it('is judged again when the journal could not take it', () => {
    const { shows, around, port } = desk();
    shows('up', 20);
    around.writable = false;
    shows('lost', 10);
    expect(port.view().mode).toBe('STANDBY');
    around.writable = true;
    shows('lost', 1);
    expect(port.view().mode).toBe('SUSPECT');
  });

  it('lost in a handback does not make the desk trade while main lives by another way', () => {
    const { shows, handlers, around, port, made } = desk();
    handlers.declareLost(why, dealer);
    shows('up', 20);
    handlers.declareBack(why, dealer);
    around.signs = ['drop copy: main’s order 4711 at 14:02:11'];
    shows('lost', 30);
    expect(port.view().mode).toBe('HANDBACK');
    around.signs = [];
    shows('lost', 1);
    expect(port.view().mode).toBe('EMERGENCY');
    expect(made().filter((one) => one === 'lost by link')).toHaveLength(1);
  });

  it('is told the same from the log after a restart', () => {
    const folder = scratchFolder();
    const open = () => {
      const sync = createSync({
        journal: { append: (facts) => journal.append(facts) },
        policy: { personsToDeclareLost: 1 },
        now: () => nowMs,
        desk: 'D1',
        signsOfLife: () => [],
        verifyScopeCode: () => false,
      });
      const journal = openScratch(scratchOptions(folder.path), (entry) => sync.projection.memory(entry));
      return { sync, journal };
    };
    let nowMs = START_MS;
    const first = open();
    for (let n = 0; n < 20; n += 1) first.sync.heard('up', `beat ${(nowMs += 1_000)}`);
    expect(first.sync.port.view().mode).toBe('STANDBY');
    first.journal.close();
    const second = open();
    expect(second.sync.port.view()).toEqual(first.sync.port.view());
    // The link is not up yet: the desk is not in STANDBY by what it remembers, and the log says why.
    second.sync.start();
    expect(second.sync.port.view()).toMatchObject({ mode: 'SUSPECT', heard: { state: 'lost' } });
    for (let n = 0; n < 20; n += 1) second.sync.heard('up', `beat ${(nowMs += 1_000)}`);
    expect(second.sync.port.view().mode).toBe('STANDBY');
    second.journal.close();
  });
});
