import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatUtc } from './codec-time.ts';
import { encode, type Field } from './codec.ts';
import { initialState, saved, step } from './machine.ts';
import {
  SESSION_DEFAULTS,
  type SessionConfig,
  type SessionEffect,
  type SessionInput,
} from './machine-types.ts';

/*
 * Two machines, an initiator and an acceptor, over a line that loses, breaks and garbles what goes over it, with the
 * process of one side killed between a step and its storing. Whatever happens: reports come out at the desk in order,
 * none twice, none left out, and at the end, on a good line, all of them have come.
 */
const START_MS = 1_795_340_000_000;
const COMMON = {
  ...SESSION_DEFAULTS,
  name: 'fuzz',
  beginString: 'FIX.4.4',
  supportedTypes: new Set(['8']),
} as const;
const DESK: SessionConfig = { ...COMMON, role: 'initiator', senderCompId: 'DESK', targetCompId: 'VENUE' };
const VENUE: SessionConfig = {
  ...COMMON,
  role: 'acceptor',
  senderCompId: 'VENUE',
  targetCompId: 'DESK',
  replayApplication: true,
};

/** Reports carry their own number, so that what the desk saw can be compared with what the venue said. */
const report = (number: number): Field[] => [
  [37, 'o'],
  [17, number],
  [150, '0'],
  [39, '0'],
  [54, '1'],
  [151, 1],
  [14, 0],
  [6, 0],
];

class Side {
  state = initialState();
  readonly config: SessionConfig;
  readonly wire: Uint8Array[] = [];
  readonly seen: number[] = [];
  readonly stored = new Map<number, { type: string; bytes: Uint8Array }>();

  constructor(config: SessionConfig) {
    this.config = config;
  }

  feed(input: SessionInput, now: number): void {
    const result = step(this.config, this.state, input, now, (seq) => this.stored.get(seq));
    this.state = result.state;
    for (const effect of result.effects) this.run(effect);
  }

  private run(effect: SessionEffect): void {
    if (effect.kind === 'outbound') {
      if (!effect.resend) this.stored.set(effect.seq, effect);
      this.wire.push(effect.bytes);
    } else if (effect.kind === 'deliver') this.seen.push(effect.message.int(17) ?? -1);
  }
}

type Event = 'report' | 'carry' | 'lose' | 'garble' | 'break' | 'wait' | 'kill-desk' | 'stale-commit';

class Line {
  readonly desk = new Side(DESK);
  readonly venue = new Side(VENUE);
  now = START_MS;
  reports = 0;

  isUp(): boolean {
    const closed = (side: Side): boolean =>
      side.state.phase === 'disconnected' || side.state.phase === 'stopped';
    return !closed(this.desk) && !closed(this.venue);
  }

  connect(): void {
    this.drop();
    this.venue.feed({ kind: 'connected' }, this.now);
    this.desk.feed({ kind: 'connected' }, this.now);
  }

  drop(): void {
    this.desk.wire.length = 0;
    this.venue.wire.length = 0;
    this.desk.feed({ kind: 'disconnected', reason: 'line' }, this.now);
    this.venue.feed({ kind: 'disconnected', reason: 'line' }, this.now);
  }

  carry(from: Side, to: Side): boolean {
    const frame = from.wire.shift();
    if (frame === undefined) return false;
    to.feed({ kind: 'received', frame }, this.now);
    return true;
  }

  carryAll(): void {
    for (let turn = 0; turn < 10_000; turn += 1) {
      const moved = this.carry(this.desk, this.venue);
      if (!this.carry(this.venue, this.desk) && !moved) return;
    }
    throw new Error('the two talk for ever');
  }

  happen(event: Event): void {
    if (!this.isUp()) this.connect();
    if (event === 'report') {
      if (this.venue.state.phase !== 'active') return;
      this.reports += 1;
      this.venue.feed({ kind: 'send', messages: [{ type: '8', body: report(this.reports) }] }, this.now);
    } else if (event === 'carry') {
      this.carry(this.desk, this.venue);
      this.carry(this.venue, this.desk);
    } else if (event === 'lose') this.venue.wire.shift();
    else if (event === 'garble') {
      this.venue.wire.shift();
      this.desk.feed({ kind: 'garbled' }, this.now);
    } else if (event === 'break') this.drop();
    else if (event === 'kill-desk') {
      const kept = saved(this.desk.state);
      this.drop();
      this.desk.state = initialState(kept);
    } else if (event === 'stale-commit') this.failToStore();
    else {
      this.now += 7_000;
      this.desk.feed({ kind: 'tick' }, this.now);
      this.venue.feed({ kind: 'tick' }, this.now);
    }
  }

  /** The desk dies in the transaction of an inbound message: neither its effect nor nextIn was stored. */
  failToStore(): void {
    const kept = saved(this.desk.state);
    this.venue.wire.shift();
    this.drop();
    this.desk.state = initialState(kept);
  }
}

describe('two machines over a bad line', () => {
  it('bring every report once and in order', () => {
    const event = fc.constantFrom<Event>(
      'report',
      'report',
      'report',
      'carry',
      'carry',
      'carry',
      'lose',
      'garble',
      'break',
      'wait',
      'kill-desk',
      'stale-commit',
    );
    fc.assert(
      fc.property(fc.array(event, { maxLength: 80 }), (events) => {
        const line = new Line();
        for (const next of events) line.happen(next);
        for (let round = 0; round < 12; round += 1) {
          if (!line.isUp()) line.connect();
          line.carryAll();
          line.happen('wait');
        }
        line.carryAll();
        expect([line.desk.state.stopped, line.venue.state.stopped]).toEqual([undefined, undefined]);
        expect(line.desk.seen).toEqual(Array.from({ length: line.reports }, (_, index) => index + 1));
      }),
      { numRuns: 300 },
    );
  });
});

describe('a machine and any message', () => {
  const tag = fc.constantFrom(
    7,
    16,
    34,
    36,
    43,
    45,
    52,
    58,
    97,
    98,
    108,
    112,
    122,
    123,
    141,
    386,
    453,
    448,
    789,
    999,
  );
  const value = fc.oneof(
    fc.constantFrom('Y', 'N', '0', '1', '2', '3', '5', '-1', 'x'),
    fc.nat(60).map(String),
  );
  const type = fc.constantFrom('0', '1', '2', '3', '4', '5', 'A', 'D', '8', 'B', '*');

  it('never throws, and never moves its numbers back', () => {
    const input = fc.tuple(type, fc.option(fc.nat(12)), fc.array(fc.tuple(tag, value), { maxLength: 6 }));
    fc.assert(
      fc.property(fc.array(input, { maxLength: 30 }), (messages) => {
        const desk = new Side(DESK);
        desk.feed({ kind: 'connected' }, START_MS);
        const logon: [string, number, Field[]] = [
          'A',
          1,
          [
            [98, 0],
            [108, 30],
          ],
        ];
        for (const [kind, seq, extra] of [logon, ...messages]) {
          const before = desk.state;
          const time = formatUtc(START_MS);
          const header: Field[] = [
            [35, kind],
            [49, 'VENUE'],
            [56, 'DESK'],
            [52, time],
          ];
          if (seq !== null) header.push([34, seq]);
          desk.feed({ kind: 'received', frame: encode('FIX.4.4', [...header, ...extra]) }, START_MS);
          expect(desk.state.nextIn).toBeGreaterThanOrEqual(before.nextIn);
          expect(desk.state.nextOut).toBeGreaterThanOrEqual(before.nextOut);
        }
        const delivered = desk.seen.length;
        expect(delivered).toBeLessThanOrEqual(messages.length);
      }),
      { numRuns: 1_000 },
    );
  });
});
