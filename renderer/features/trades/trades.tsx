import { useState } from 'react';
import { AccountId } from '#core/model/ids.ts';
import { istDate, istTime } from '#core/model/market-clock.ts';
import type { TradeShown } from '#core/trades/contract.ts';
import { deskNow } from '#renderer/api/desk.ts';
import { useQuery } from '#renderer/api/query.ts';
import { DataGrid } from '#renderer/look/data-grid.tsx';
import type { Column } from '#renderer/look/data-row.tsx';
import { rowColumns } from '#renderer/look/row-columns.tsx';
import { price, quantity, words } from '#renderer/look/format.ts';
import { Chip, Trust } from '#renderer/look/said.tsx';

const COLUMNS: readonly Column<TradeShown>[] = [
  { id: 'date', header: 'Date', width: 92, value: (row) => row.tradingDate },
  {
    id: 'time',
    header: 'Time',
    width: 76,
    value: (row) => row.tradedAtMs,
    cell: (row) => istTime(row.tradedAtMs),
  },
  ...rowColumns(),
  {
    id: 'side',
    header: 'Side',
    width: 56,
    value: (row) => row.side,
    cell: (row) => <span className={row.side}>{row.side.toUpperCase()}</span>,
  },
  {
    id: 'quantity',
    header: 'Qty',
    width: 80,
    numeric: true,
    value: (row) => row.quantity,
    cell: (row) => quantity(row.quantity),
  },
  {
    id: 'price',
    header: 'Price',
    width: 96,
    numeric: true,
    value: (row) => row.priceE4,
    cell: (row) => price(row.priceE4),
  },
  {
    id: 'state',
    header: 'State',
    width: 110,
    value: (row) => row.state,
    cell: (row) =>
      row.state === 'counted' ? (
        <Chip tone="good">✓ counted</Chip>
      ) : (
        <Chip tone="bad">✖ {row.state.toUpperCase()}</Chip>
      ),
  },
  { id: 'trade', header: 'Trade no.', width: 110, value: (row) => row.tradeId },
  { id: 'order', header: 'Exchange order', width: 130, value: (row) => row.exchangeOrderId },
  { id: 'whose', header: 'Whose', width: 90, value: (row) => (row.orderId === null ? 'not ours' : 'ours') },
  { id: 'via', header: 'Seen by', width: 110, value: (row) => words(row.via) },
];

/** An empty account means every account. */
const ALL = { success: true, data: null } as const;
const NEWEST_FIRST = [{ id: 'time', desc: true }];

/** The trade book of all accounts, or of one, over some days. */
export function Trades() {
  const today = istDate(deskNow());
  const [account, setAccount] = useState('');
  const [from, setFrom] = useState(today);
  const [to, setTo] = useState(today);
  const typed = account.trim().toUpperCase();
  const named = typed === '' ? ALL : AccountId.safeParse(typed);
  return (
    <section className="view" aria-label="Trades">
      <div className="view-bar">
        <label className="filter">
          Account
          <input
            data-filter
            placeholder="all"
            value={account}
            spellCheck={false}
            onChange={(event) => setAccount(event.target.value)}
          />
        </label>
        <label className="filter">
          From <input type="date" value={from} max={to} onChange={(event) => setFrom(event.target.value)} />
        </label>
        <label className="filter">
          to <input type="date" value={to} max={today} onChange={(event) => setTo(event.target.value)} />
        </label>
      </div>
      {named.success ? (
        <Book account={named.data} from={from} to={to} />
      ) : (
        <p className="dim">This is no account; empty shows all.</p>
      )}
    </section>
  );
}

function Book({
  account,
  from,
  to,
}: {
  readonly account: AccountId | null;
  readonly from: string;
  readonly to: string;
}) {
  const seen = useQuery(`trades ${account ?? 'all'} ${from} ${to}`, {
    ask: (calls) => calls.trades.history({ account, from, to }),
    changedBy: new Set([
      'order-filled',
      'foreign-fill-seen',
      'fill-busted',
      'fill-corrected',
      'fill-conflicted',
    ]),
  });
  return (
    <>
      <Trust seen={seen} what={account === null ? 'trades of all accounts' : `trades of ${account}`} />
      {'value' in seen ? (
        <>
          {seen.value.more ? (
            <p className="trust stale">
              ⚠ There are more trades than are shown: choose fewer days or one account.
            </p>
          ) : null}
          <DataGrid
            label="Trades"
            rows={seen.value.trades}
            columns={COLUMNS}
            rowId={(row) => String(row.seq)}
            firstSort={NEWEST_FIRST}
            rowTone={(row) => (row.state === 'counted' ? '' : 'row-bad')}
            empty={`The desk answered: no trade of ${account} in these days.`}
          />
        </>
      ) : null}
    </>
  );
}
