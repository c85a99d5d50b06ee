import type { DeskWord, ToldLeftover } from '#drill/judge/judge.ts';
import type { FrontDoor } from '#drill/world/front-door.ts';
import type { DeskProcess } from './desk-process.ts';
import type { ReportedLeftover } from './report.ts';

export interface Collected {
  readonly word: DeskWord;
  readonly openAtDesk: readonly ReportedLeftover[];
  /** When the last order was sent, epoch ms of the drill's clock; 0 when none was. */
  readonly lastSentAtMs: number;
}

export interface CollectOptions {
  readonly desk: DeskProcess;
  readonly tradingDate: string;
  /** The desk's CompID at the exchange. */
  readonly owner: string;
}

/** What the desk says at the end, over the front door: its trades, its leftovers, its doubts. */
export async function collect({ desk, tradingDate, owner }: CollectOptions): Promise<Collected> {
  for (;;) {
    const answer = await desk.ask(({ dealer }) => ask(dealer, tradingDate, owner));
    if (answer !== 'gone') return answer.value;
  }
}

async function ask(door: FrontDoor, tradingDate: string, owner: string): Promise<Collected> {
  const orders = await door.orders.list({ which: 'all' });
  const accounts = [...new Set(orders.map(({ account }) => account))];
  const fills: DeskWord['fills'][number][] = [];
  for (const account of accounts) {
    for (const trade of await tradesOf(door, account, tradingDate)) {
      if (trade.orderId === null || trade.state === 'busted') continue;
      const { exchangeOrderId, tradeId: tradeNumber, quantity, priceE4 } = trade;
      fills.push({ exchangeOrderId, tradeNumber, quantity, priceE4 });
    }
  }
  const leftovers = await leftoversOf(door);
  const inDoubt = orders.filter(({ status }) => status === 'IN_DOUBT').length;
  return {
    word: { owners: [owner], fills, leftovers, inDoubt },
    openAtDesk: leftovers.map(({ account, instrumentId: instrument, quantity, reason }) => ({
      account,
      instrument,
      quantity,
      reason,
    })),
    lastSentAtMs: Math.max(0, ...orders.map(({ sentAtMs }) => sentAtMs)),
  };
}

async function tradesOf(
  door: FrontDoor,
  account: Parameters<FrontDoor['trades']['history']>[0]['account'],
  date: string,
) {
  const trades: Awaited<ReturnType<FrontDoor['trades']['history']>>['trades'] = [];
  for (;;) {
    const afterSeq = trades.at(-1)?.seq ?? 0;
    const page = await door.trades.history({ account, from: date, to: date, afterSeq });
    trades.push(...page.trades);
    if (!page.more) return trades;
  }
}

/** Each row that the desk shows open, with the newest reason that the board or a dry run has for it. */
async function leftoversOf(door: FrontDoor): Promise<ToldLeftover[]> {
  const reasons = new Map<string, string>();
  const name = (row: {
    readonly account: string;
    readonly instrumentId: string;
    readonly product: string;
  }): string => `${row.account} ${row.instrumentId} ${row.product}`;
  const { plan } = await door.squareOff.dryRun({ scope: { kind: 'all' }, evidence: null, instructions: [] });
  for (const row of plan.leftovers) reasons.set(name(row), row.reason);
  for (const item of await door.squareOff.leftovers.list()) reasons.set(name(item), item.reason);
  const { rows } = await door.positions.list({ openOnly: true });
  return rows
    .filter(({ product }) => product !== 'CNC')
    .flatMap((row) => {
      const reason = reasons.get(name(row));
      if (reason === undefined) return [];
      return [{ account: row.account, instrumentId: row.instrumentId, quantity: row.net, reason }];
    });
}
