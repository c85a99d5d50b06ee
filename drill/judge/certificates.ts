import type { LedgerRecord } from '#drill/exchange/record.ts';

/** What one verified certificate at main says of the desk's own trades. Exchange units. */
export interface Certified {
  readonly id: string;
  readonly trades: number;
  readonly boughtUnits: number;
  readonly soldUnits: number;
}

/** The certificates of all desks together speak of every trade of theirs, each once: by the venue's ledger. */
export function certificatesAddUp(
  certified: readonly Certified[],
  records: readonly LedgerRecord[],
  owners: readonly string[],
): readonly string[] {
  const sides = new Map<string, 'buy' | 'sell'>();
  const traded = { trades: 0, boughtUnits: 0, soldUnits: 0 };
  for (const record of records) {
    if (record.kind === 'accepted' && owners.includes(record.owner))
      sides.set(record.exchangeOrderId, record.side);
    if (record.kind !== 'filled') continue;
    const side = sides.get(record.exchangeOrderId);
    if (side === undefined) continue;
    traded.trades += 1;
    traded[side === 'buy' ? 'boughtUnits' : 'soldUnits'] += record.quantity;
  }
  const names = ['trades', 'boughtUnits', 'soldUnits'] as const;
  return names.flatMap((name) => {
    const said = certified.reduce((sum, one) => sum + one[name], 0);
    if (said === traded[name]) return [];
    return [`the certificates speak of ${said} ${name}, the ledger of ${traded[name]}`];
  });
}
