import { describe, expect, it, onTestFinished } from 'vitest';
import type { Fact } from '#core/events.ts';
import { scratchFolder } from '#core/journal/stage-folder.ts';
import { OrderId } from '#core/model/ids.ts';
import type { LateOrder } from './messages.ts';
import { carry, openDesk } from './service-handback-stage.ts';
import { PlayedLine, PlayedMain } from './service-handback-stage-main.ts';
import {
  acknowledged,
  filled,
  keyOf,
  mainsFill,
  mainsOrder,
  mainsOrderEnded,
  NIFTY,
  orderOf,
  planned,
  released,
} from './stage-facts.ts';

function stage() {
  const { path } = scratchFolder();
  const line = new PlayedLine();
  const main = new PlayedMain('D1');
  const desk = openDesk(path, line);
  onTestFinished(desk.close);
  return { path, line, main, desk };
}

const ASKED = { by: 'head', persons: ['head'] };
const LATE: LateOrder = {
  exchangeOrderId: 'M1',
  account: 'C1',
  instrumentId: NIFTY,
  product: 'MIS',
  side: 'sell',
  openQuantity: 65,
  cause: 'auto-square-off',
};

describe('the fence', () => {
  it('is asked for, answered, and named with its late orders', () => {
    const { line, main, desk } = stage();
    main.late = [LATE];
    desk.move('SUSPECT', 'EMERGENCY');
    line.up(main);
    expect(desk.handlers.fence({ why: 'main is back' }, ASKED)).toMatchObject({
      ok: true,
      value: { fence: { obeyed: null } },
    });
    carry(desk, line, main);
    expect(desk.port.status().fence).toMatchObject({ obeyed: true, late: [LATE] });
    const kinds = desk.journal.read(0, 100).map(({ fact }) => fact.kind);
    expect(kinds.filter((kind) => kind.startsWith('fence-'))).toEqual(['fence-asked', 'fence-answered']);
  });

  it('is said again until main answers, and an answer twice is one fact', () => {
    const { line, main, desk } = stage();
    desk.move('SUSPECT', 'EMERGENCY');
    line.up(main);
    desk.handlers.fence({ why: 'main is back' }, ASKED);
    line.cut();
    line.up(main);
    desk.pass(1_000);
    desk.pass(10_000);
    const fences = line.toMain.filter(({ type }) => type === 'fence');
    expect(fences.length).toBe(2);
    carry(desk, line, main);
    expect(desk.journal.read(0, 100).filter(({ fact }) => fact.kind === 'fence-answered').length).toBe(1);
  });

  it('is said at each greeting until it is lifted: main may be back without it', () => {
    const { line, main, desk } = stage();
    desk.move('SUSPECT', 'EMERGENCY');
    line.up(main);
    desk.handlers.fence({ why: 'main is back' }, ASKED);
    carry(desk, line, main);
    const answers = () => desk.journal.read(0, 100).filter(({ fact }) => fact.kind === 'fence-answered');
    const { fence } = desk.port.status();
    line.cut();
    main.lose(5);
    main.mute = true;
    line.up(main);
    desk.settle();
    expect(line.toMain.filter(({ type }) => type === 'fence')).toMatchObject([{ fence: fence?.fence }]);
    // Until main has said it again its old word is none, and it is asked again.
    expect(desk.port.status().fence).toMatchObject({ obeyed: null });
    carry(desk, line, main);
    desk.pass(10_000);
    expect(line.toMain.map(({ type }) => type)).toContain('fence');
    main.mute = false;
    carry(desk, line, main);
    expect(desk.port.status().fence).toEqual(fence);
    expect(answers()).toHaveLength(1);
    line.cut();
    main.obeys = false;
    line.up(main);
    carry(desk, line, main);
    expect(desk.port.status().fence).toMatchObject({ obeyed: false });
    expect(answers()).toHaveLength(2);
  });

  it.each([
    ['the desk stands by', (desk: ReturnType<typeof stage>) => desk.line.up(desk.main), 'not-now'],
    [
      'the line is down',
      ({ desk }: ReturnType<typeof stage>) => desk.move('SUSPECT', 'EMERGENCY'),
      'link-down',
    ],
    ['there is no main', ({ line }: ReturnType<typeof stage>) => line.off(), 'no-main'],
  ])('is refused when %s', (_name, before, reason) => {
    const staged = stage();
    before(staged);
    const head = staged.desk.journal.head();
    expect(staged.desk.handlers.fence({ why: 'main is back' }, ASKED)).toMatchObject({ refusal: { reason } });
    expect(staged.desk.journal.head()).toEqual(head);
  });
});

const OUR_ROW = [planned('O1'), released('O1'), acknowledged('O1', '900')];

describe("main's order on a row that this desk closes", () => {
  const cases: readonly [string, readonly Fact[], string][] = [
    ['a trade after ours was sent', [...OUR_ROW, mainsFill('M1', 'T1')], 'M1 65'],
    [
      'two trades of one order',
      [...OUR_ROW, mainsFill('M1', 'T1', { quantity: 5 }), mainsFill('M1', 'T2', { quantity: 60 })],
      'M1 65',
    ],
    ['an order that only rests', [...OUR_ROW, mainsOrder('M1', 65)], 'M1 0'],
    ['an order that rested and ended', [...OUR_ROW, mainsOrder('M1', 65), mainsOrderEnded('M1')], ''],
    [
      'a trade of a product that nobody knows',
      [...OUR_ROW, mainsFill('M1', 'T1', { unknown: true })],
      'M1 65',
    ],
    [
      'a trade that was annulled',
      [
        ...OUR_ROW,
        mainsFill('M1', 'T1'),
        { kind: 'foreign-fill-busted', v: 1, key: keyOf('M1', 'T1'), via: 'drop-copy' },
      ],
      '',
    ],
    ['a trade before ours was sent', [planned('O1'), mainsFill('M1', 'T1'), released('O1')], ''],
    ['a trade on the other side', [...OUR_ROW, mainsFill('M1', 'T1', { side: 'buy' })], ''],
    ['a trade of another product', [...OUR_ROW, mainsFill('M1', 'T1', { product: 'NRML' })], ''],
    ['a trade of another client', [...OUR_ROW, mainsFill('M1', 'T1', { account: 'C2' })], ''],
    [
      'a trade that turns out to be ours',
      [planned('O1'), released('O1'), mainsFill('900', 'T1'), acknowledged('O1', '900')],
      '',
    ],
    [
      'a trade that drop copy told before the order session did',
      [planned('O1'), released('O1'), mainsFill('900', 'T1'), filled('O1', '900', 'T1')],
      '',
    ],
    [
      'a plan that was withdrawn',
      [
        planned('O1'),
        { kind: 'order-withdrawn', v: 1, orderId: OrderId.parse('O1'), reason: '' },
        mainsFill('M1', 'T1'),
      ],
      '',
    ],
  ];
  it.each(cases)('%s', (_name, facts, wanted) => {
    const { desk } = stage();
    desk.move('SUSPECT', 'EMERGENCY');
    for (const fact of facts) desk.append([fact]);
    const shown = desk.port.status().doubleCloses.map((one) => `${one.exchangeOrderId} ${one.quantity}`);
    expect(shown.join(' ')).toBe(wanted);
  });

  it('is main’s own business in STANDBY', () => {
    const { desk } = stage();
    desk.move('SUSPECT', 'EMERGENCY');
    for (const fact of OUR_ROW) desk.append([fact]);
    desk.move('EMERGENCY', 'HANDBACK');
    desk.move('HANDBACK', 'STANDBY');
    desk.append([mainsFill('M1', 'T1')]);
    expect(desk.port.status().doubleCloses).toEqual([]);
  });

  it('has our working orders of the row cancelled, after the fact', () => {
    const { desk } = stage();
    const { around } = desk;
    const put = (...orders: ReturnType<typeof orderOf>[]): void => {
      for (const order of orders) around.orders.set(order.orderId, order);
    };
    put(
      orderOf('O1', 'PARTIALLY_FILLED'),
      orderOf('O2', 'NEW'),
      orderOf('O3', 'FILLED'),
      orderOf('O4', 'IN_DOUBT'),
      orderOf('O5', 'NEW', { side: 'buy' }),
      orderOf('O6', 'NEW', { account: 'C2' }),
      orderOf('O7', 'PLANNED'),
    );
    desk.move('SUSPECT', 'EMERGENCY');
    for (const fact of [...OUR_ROW, mainsFill('M1', 'T1')]) desk.append([fact]);
    expect(around.cancelled).toEqual(['O1', 'O2']);
    expect(desk.journal.read(0, 100).at(-1)?.fact).toMatchObject({
      kind: 'double-close-seen',
      exchangeOrderId: 'M1',
      quantity: 65,
      cancelled: ['O1', 'O2'],
    });
  });

  it('is shown to those only who may see the account', () => {
    const { desk } = stage();
    desk.move('SUSPECT', 'EMERGENCY');
    for (const fact of [...OUR_ROW, mainsFill('M1', 'T1')]) desk.append([fact]);
    const seen = (account: string): number =>
      desk.handlers.status(undefined, { scope: { all: false, has: (one) => one === account } }).doubleCloses
        .length;
    expect([seen('C1'), seen('C2')]).toEqual([1, 0]);
  });

  it('is named at the next start when the desk stopped right after it was seen', () => {
    const { path, line, desk } = stage();
    desk.move('SUSPECT', 'EMERGENCY');
    for (const fact of OUR_ROW) desk.append([fact]);
    // What runs by itself is gone; the fact still comes in.
    desk.halt();
    desk.append([mainsFill('M1', 'T1')]);
    desk.append([planned('O9', { account: 'C9' }), released('O9')]);
    desk.close();
    const again = openDesk(path, line);
    onTestFinished(again.close);
    const named = again.journal.read(0, 100).filter(({ fact }) => fact.kind === 'double-close-seen');
    expect(named.length).toBe(1);
    again.close();
    const third = openDesk(path, line);
    onTestFinished(third.close);
    expect(third.journal.read(0, 100).filter(({ fact }) => fact.kind === 'double-close-seen').length).toBe(1);
  });
});
