import type { PositionShown } from '#core/positions/contract.ts';
import { deskNow } from '#renderer/api/desk.ts';
import type { Column } from '#renderer/look/data-row.tsx';
import { closableWords, stillClosable } from '#renderer/look/closable.ts';
import { duration, price, quantity, signedMoney, signedQuantity, words } from '#renderer/look/format.ts';
import { Net, warningWords } from '#renderer/look/net.tsx';
import { Chip } from '#renderer/look/said.tsx';
import { useQuote } from '#renderer/api/quotes.ts';

export const COLUMNS: readonly Column<PositionShown>[] = [
  { id: 'account', header: 'Client', width: 74, value: (row) => row.account },
  {
    id: 'symbol',
    header: 'Contract',
    // Two options of one client differ at the end only: in strike and kind.
    width: 214,
    grow: 1,
    value: (row) => row.contract?.symbol ?? row.instrumentId,
    cell: (row) => (
      <>
        <strong>{row.contract?.symbol ?? row.instrumentId}</strong>
        {row.contract === null ? <span className="bad"> UNKNOWN CONTRACT</span> : null}
      </>
    ),
  },
  { id: 'exchange', header: 'Ex', width: 42, value: (row) => row.contract?.exchange ?? '?' },
  { id: 'product', header: 'Prod', width: 54, value: (row) => row.product },
  {
    id: 'net',
    header: 'Net',
    width: 148,
    numeric: true,
    value: (row) => row.net,
    cell: (row) => <Net row={row} />,
    title:
      'Net quantity in units: + long, − short. Two numbers: the net is one of them or between; see Warnings.',
  },
  {
    id: 'closable',
    header: 'Closable',
    width: 128,
    numeric: true,
    value: stillClosable,
    cell: (row) => <Closable row={row} />,
    title: 'What an exit may still use, and on which side; ⋯ where working orders have some of it already',
  },
  {
    id: 'price',
    header: 'LTP',
    width: 88,
    numeric: true,
    value: (row) => row.price?.priceE4 ?? 0,
    cell: (row) => <LastPrice row={row} />,
    title: 'Last traded price; “file” when it is from the contract file and not live',
  },
  {
    id: 'unrealised',
    header: 'Unrealised',
    width: 108,
    numeric: true,
    value: (row) => row.unrealisedE4 ?? 0,
    cell: (row) => <Profit e4={row.unrealisedE4} />,
  },
  {
    id: 'realised',
    header: 'Realised',
    width: 108,
    givesWay: 2,
    numeric: true,
    value: (row) => row.realisedE4,
    cell: (row) => <Profit e4={row.realisedE4} />,
  },
  {
    id: 'day',
    header: 'Day',
    width: 104,
    givesWay: 4,
    numeric: true,
    value: (row) => row.dayQuantity,
    cell: (row) => signedQuantity(row.dayQuantity),
  },
  {
    id: 'carried',
    header: 'Carried',
    width: 104,
    givesWay: 3,
    numeric: true,
    value: (row) => row.carriedQuantity,
    cell: (row) => signedQuantity(row.carriedQuantity),
  },
  {
    id: 'proof',
    header: 'Proof',
    width: 112,
    value: (row) => row.proof,
    cell: (row) =>
      row.proof === 'proven' ? <Chip tone="good">✓ proven</Chip> : <Chip tone="bad">✖ UNPROVEN</Chip>,
    title: 'Proven: drop copy or the exchange’s download covers the whole day',
  },
  {
    id: 'age',
    header: 'Age, from',
    width: 128,
    grow: 1,
    givesWay: 1,
    value: (row) => row.asOfMs,
    cell: (row) => (
      <span title={row.source}>
        {duration(deskNow() - row.asOfMs)} <span className="dim">{row.source}</span>
      </span>
    ),
  },
  {
    id: 'warnings',
    header: 'Warnings',
    width: 236,
    grow: 2,
    value: (row) => warningsOf(row).join(', '),
    cell: (row) => <Warnings text={warningsOf(row).join(', ')} />,
  },
];

function warningsOf(row: PositionShown): readonly string[] {
  const restriction = row.restriction === 'none' ? [] : [words(row.restriction)];
  const shortfall = row.shortfall === null ? [] : [`shortfall ${row.shortfall}`];
  return [...warningWords(row), ...restriction, ...shortfall];
}

/** The column is narrow: what is cut off is under the pointer. */
function Warnings({ text }: { readonly text: string }) {
  return (
    <span className="warn" title={text}>
      {text}
    </span>
  );
}

function Closable({ row }: { readonly row: PositionShown }) {
  const { closingSide, closable, reserved } = row;
  if (closingSide === null || closable === 0) return <span className="dim">0</span>;
  return (
    <span title={closableWords(row)}>
      {reserved > 0 ? <span className="warn">⋯ </span> : null}
      <span className={closingSide}>{closingSide.toUpperCase()}</span> {quantity(stillClosable(row))}
    </span>
  );
}

function LastPrice({ row }: { readonly row: PositionShown }) {
  const quote = useQuote(row.instrumentId);
  if (quote !== undefined && quote.lastE4 > 0) return <>{price(quote.lastE4)}</>;
  if (row.price === null) return <span className="bad">no price</span>;
  return (
    <>
      {price(row.price.priceE4)} {row.price.source === 'file' ? <span className="warn">file</span> : null}
    </>
  );
}

function Profit({ e4 }: { readonly e4: number | null }) {
  if (e4 === null) return <span className="bad">unknown</span>;
  return <span className={e4 > 0 ? 'profit' : e4 < 0 ? 'loss' : 'dim'}>{signedMoney(e4)}</span>;
}
