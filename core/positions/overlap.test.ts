import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createStage, exactly, START_OF_DAY, upTo } from './stage.ts';

/** One thing that happens around one row, in the order of facts. */
type Happening =
  | {
      readonly what: 'ours' | 'foreign' | 'unattributed';
      readonly side: 'buy' | 'sell';
      readonly lots: number;
    }
  | { readonly what: 'bust'; readonly which: number }
  | { readonly what: 'file'; readonly lots: number; readonly cut: 'none' | 'start' | 'last' | 'exact' };

const happening: fc.Arbitrary<Happening> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      what: fc.constantFrom('ours', 'foreign', 'unattributed'),
      side: fc.constantFrom('buy', 'sell'),
      lots: fc.integer({ min: 1, max: 3 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('bust' as const), which: fc.nat(5) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      what: fc.constant('file' as const),
      lots: fc.integer({ min: -4, max: 4 }),
      cut: fc.constantFrom('none', 'start', 'last', 'exact'),
    }),
  },
);

interface Seen {
  readonly signed: number;
  readonly number: number;
  readonly ours: boolean;
  readonly attributed: boolean;
  readonly at: number;
  busted: boolean;
}

/** Plays the happenings on the book and keeps, beside it, only what an outsider would note. */
function play(happenings: readonly Happening[]) {
  const stage = createStage();
  const seen: Seen[] = [];
  const busts: (() => void)[] = [];
  let file = {
    lots: 0,
    cut: 'none' as 'none' | 'start' | 'last' | 'exact',
    at: 0,
    listed: new Set<number>(),
    last: 0,
  };
  for (const [index, one] of happenings.entries()) {
    const at = index + 1;
    if (one.what === 'file') {
      const numbers = seen.map((trade) => trade.number);
      const listed = new Set(numbers.filter((_, place) => place % 2 === 0));
      file = { lots: one.lots, cut: one.cut, at, listed, last: Math.floor(numbers.length / 2) };
      const cuts = {
        none: [],
        start: START_OF_DAY,
        last: upTo(file.last),
        exact: exactly(...[...listed].map(String)),
      };
      stage.importFile([{ quantity: one.lots * 65 }], cuts[one.cut], at);
    } else if (one.what === 'bust') {
      const trade = seen[one.which];
      if (trade === undefined) continue;
      trade.busted = true;
      busts[one.which]?.();
    } else {
      const [number, quantity, side] = [seen.length + 1, one.lots * 65, one.side];
      const ours = one.what === 'ours';
      const trade = { side, quantity, tradeId: String(number) };
      if (ours) {
        const order = stage.order(trade);
        order.fill(trade.tradeId);
        busts.push(() => order.bust(trade.tradeId));
      } else {
        stage.foreign(one.what === 'unattributed' ? { ...trade, product: null } : trade);
        busts.push(() => stage.bustForeign(trade));
      }
      seen.push({
        signed: side === 'buy' ? one.lots : -one.lots,
        number,
        ours,
        attributed: one.what !== 'unattributed',
        at,
        busted: false,
      });
    }
  }
  return { stage, seen, file };
}

type Played = ReturnType<typeof play>;

/** Every world that the facts allow: which trades the file holds, and which of them belong to the row at all. */
function worlds({ seen, file }: Played): readonly number[] {
  let nets = [file.lots];
  for (const trade of seen) {
    const mayBeIn = heldBy(file, trade);
    const adds: number[] = [];
    for (const held of mayBeIn) adds.push((trade.busted ? 0 : trade.signed) - (held ? trade.signed : 0));
    // A cut by number tells that the trade was before it, not whether its bust was, too.
    if (trade.busted && file.at > 0 && mayBeIn.includes(true) && !(file.cut === 'exact')) adds.push(0);
    if (!trade.attributed) adds.push(0);
    nets = nets.flatMap((net) => [...new Set(adds)].map((add) => net + add));
    nets = [...new Set(nets)];
  }
  return nets;
}

function heldBy(file: Played['file'], trade: Seen): readonly boolean[] {
  if (trade.ours && trade.at > file.at) return [false];
  if (file.at === 0) return [true, false];
  switch (file.cut) {
    case 'none':
      return [true, false];
    case 'start':
      return [false];
    case 'last':
      return [trade.number <= file.last];
    case 'exact':
      return [file.listed.has(trade.number)];
  }
}

function smallest(nets: readonly number[]): number {
  const longs = nets.every((net) => net > 0);
  const shorts = nets.every((net) => net < 0);
  return longs || shorts ? Math.min(...nets.map(Math.abs)) : 0;
}

describe('what is closable', () => {
  it('is the smallest magnitude over every possible overlap, 0 when the sign is in doubt', () => {
    fc.assert(
      fc.property(fc.array(happening, { maxLength: 9 }), (happenings) => {
        const played = play(happenings);
        const row = played.stage.row();
        if (row === null) return;
        const nets = worlds(played);
        expect([row.netLow, row.netHigh, row.closable]).toEqual([
          Math.min(...nets) * 65,
          Math.max(...nets) * 65,
          smallest(nets) * 65,
        ]);
      }),
      { numRuns: 2000 },
    );
  });

  it('is never raised by a trade without a product', () => {
    fc.assert(
      fc.property(
        fc.array(happening, { maxLength: 9 }),
        fc.constantFrom('buy', 'sell'),
        (happenings, side) => {
          const { stage, seen } = play(happenings);
          const before = stage.row()?.closable ?? 0;
          stage.foreign({ tradeId: String(seen.length + 1), side, quantity: 65, product: null });
          expect(stage.row()?.closable ?? 0).toBeLessThanOrEqual(before);
        },
      ),
    );
  });

  it('memory is the replay of the log', () => {
    fc.assert(
      fc.property(fc.array(happening, { maxLength: 20 }), (happenings) => {
        const { stage } = play(happenings);
        expect(stage.rows()).toEqual(stage.replayed());
      }),
    );
  });
});
