import type { PositionShown } from '#core/positions/contract.ts';
import { signedQuantity, words } from './format.ts';

/** The net of a row; both ends where it is not certain. */
export function Net({ row }: { readonly row: PositionShown }) {
  const tone = row.net > 0 ? 'long' : row.net < 0 ? 'short' : 'dim';
  if (row.netLow !== row.netHigh) {
    return (
      <span className="bad" title={whyTwo(row)}>
        {signedQuantity(row.netLow)}
        {isEither(row) ? ' or ' : '…'}
        {signedQuantity(row.netHigh)}
      </span>
    );
  }
  return <strong className={tone}>{row.net === 0 ? 'flat' : signedQuantity(row.net)}</strong>;
}

/** What the desk warns of; where its sources disagree, with what each of them says. */
export function warningWords({ warnings, opinions }: PositionShown): readonly string[] {
  return warnings.map((warning) =>
    warning === 'sources-disagree' && opinions !== null
      ? `⚠ sources disagree: book ${netWords(opinions.book)}, exchange ${netWords(opinions.exchange)}`
      : `⚠ ${words(warning)}`,
  );
}

/** One of the two and nothing between them. */
function isEither({ opinions, netLow, netHigh }: PositionShown): boolean {
  if (opinions === null) return false;
  const { book, exchange } = opinions;
  return netLow === Math.min(book, exchange) && netHigh === Math.max(book, exchange);
}

function whyTwo({ opinions }: PositionShown): string {
  if (opinions === null) return 'Unknown overlap of baseline and today’s trades';
  const { book, exchange } = opinions;
  const both = `Main’s book says ${netWords(book)}, the exchange’s own trades make it ${netWords(exchange)}.`;
  return `${both} No more than the smaller is closed, and nothing if one is long and the other is not.`;
}

function netWords(net: number): string {
  return net === 0 ? 'flat' : signedQuantity(net);
}
