import { describe, expect, it } from 'vitest';
import { openScratch, scratchOptions } from '#core/journal/stage.ts';
import { scratchFolder } from '#core/journal/stage-folder.ts';
import { refuse } from '#core/lib/result.ts';
import { ALL_A_MINUTE, createRefusals, KINDS_MAX, SAME_A_MINUTE } from './service-refusals.ts';

const MINUTE = 60_000;

function stageOf() {
  const journal = openScratch(scratchOptions(scratchFolder().path));
  const stage = { nowMs: 0, state: 'writable' as 'writable' | 'full' | 'broken', errors: [] as string[] };
  const refusals = createRefusals({
    journal: {
      append(facts) {
        if (stage.state === 'broken') throw new Error('nobody appends to a journal that is closed');
        if (stage.state === 'full') return refuse({ reason: 'journal-not-writable', text: 'disk full' });
        return journal.append(facts);
      },
    },
    host: { now: () => stage.nowMs },
    log: { error: (message) => void stage.errors.push(message) },
  });
  const note = (reason = 'no-session', address = '10.0.0.5'): void => {
    const origin = { wire: 'http', address } as const;
    refusals.note({ call: 'orders.place', by: 'nobody', origin, reason });
  };
  const more = (): number[] =>
    journal.read(0, 10_000).flatMap(({ fact }) => (fact.kind === 'call-refused' ? [fact.more] : []));
  return { journal, stage, refusals, note, more };
}

const times = (count: number, task: (n: number) => void): void => {
  for (let n = 0; n < count; n += 1) task(n);
};

describe('calls that the door turned away', () => {
  it('are facts: who, from where, which, why', () => {
    const { journal, note } = stageOf();
    note('permission-missing');
    expect(journal.read(0, 100).at(-1)?.fact).toEqual({
      kind: 'call-refused',
      v: 1,
      call: 'orders.place',
      by: 'nobody',
      wire: 'http',
      address: '10.0.0.5',
      reason: 'permission-missing',
      more: 0,
    });
  });

  it('are thirty a minute of each address and reason; the rest is counted into the next minute', () => {
    const { stage, note, more } = stageOf();
    times(SAME_A_MINUTE + 70, () => note());
    expect(more().length).toBe(SAME_A_MINUTE);
    note('token-expired');
    note('no-session', '10.0.0.6');
    expect(more().length).toBe(SAME_A_MINUTE + 2);
    stage.nowMs += MINUTE;
    note();
    // Seventy were counted: one fact stands for the last of them and says 69 more.
    expect(more().slice(SAME_A_MINUTE)).toEqual([0, 0, 69, 0]);
  });

  it('are written by a tick, too, when nobody comes any more; nothing twice', () => {
    const { stage, refusals, note, more } = stageOf();
    times(SAME_A_MINUTE + 5, () => note());
    refusals.tick();
    expect(more().length).toBe(SAME_A_MINUTE);
    stage.nowMs += MINUTE;
    refusals.tick();
    stage.nowMs += MINUTE;
    refusals.tick();
    expect(more().slice(SAME_A_MINUTE)).toEqual([4]);
  });

  it('attack: a flood from many addresses is bounded, and each refusal counts once', () => {
    const { stage, refusals, note, more } = stageOf();
    const flood = KINDS_MAX * 2;
    times(flood, (n) => note('no-session', `10.0.${Math.floor(n / 250)}.${n % 250}`));
    expect(more().length).toBe(ALL_A_MINUTE);
    times(4, () => {
      stage.nowMs += MINUTE;
      refusals.tick();
    });
    expect(more().reduce((sum, one) => sum + one + 1, 0)).toBe(flood);
  });

  it('never throw and never refuse: what the journal did not take is counted into the next', () => {
    const { stage, note, more } = stageOf();
    stage.state = 'full';
    times(3, () => note());
    stage.state = 'broken';
    times(2, () => note());
    expect(stage.errors.length).toBe(2);
    stage.state = 'writable';
    note();
    expect(more()).toEqual([5]);
    stage.state = 'full';
    note();
    stage.nowMs += MINUTE;
    note();
    stage.state = 'writable';
    note();
    expect(more()).toEqual([5, 2]);
  });

  it('do not carry an attacker’s long text', () => {
    const { journal, refusals } = stageOf();
    const long = 'x'.repeat(100_000);
    refusals.note({ call: long, by: long, origin: { wire: 'ws', address: long }, reason: long });
    expect(JSON.stringify(journal.read(0, 100).at(-1)).length).toBeLessThan(1_000);
  });
});
