import { istTimestamp } from '#core/model/market-clock.ts';
import type { Certificate } from './domain-certificate.ts';
import type { Move } from './domain-emergency.ts';
import type { Place } from './messages.ts';

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escaped(value: string | number | null): string {
  return String(value ?? '-').replaceAll(/[&<>"']/g, (sign) => ENTITIES[sign] ?? '');
}

const STYLE = `body{font:14px/1.4 system-ui,sans-serif;margin:2em;color:#111;background:#fff}
table{border-collapse:collapse;width:100%;margin:.5em 0 1.5em}
th,td{border:1px solid #999;padding:3px 6px;text-align:left;vertical-align:top}
td.n{text-align:right;font-variant-numeric:tabular-nums}
.mono{font-family:ui-monospace,monospace;word-break:break-all}
h1{font-size:1.5em}h2{font-size:1.15em;margin:1.2em 0 .3em;break-after:avoid}
tr{break-inside:avoid}thead{display:table-header-group}
@media print{body{margin:0}}`;

type Cell = string | number | null;

/** One page that stands alone: no script, nothing from outside, everything escaped; made to be printed. */
export function pageOf(title: string, body: readonly string[]): string {
  const policy = "default-src 'none'; style-src 'unsafe-inline'";
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${escaped(title)}</title>
<meta http-equiv="Content-Security-Policy" content="${policy}">
<style>${STYLE}</style></head><body>
<h1>${escaped(title)}</h1>
${body.join('\n')}
</body></html>
`;
}

/** A table under a heading; without rows it says so. */
export function section(
  title: string,
  head: readonly string[],
  rows: readonly (readonly Cell[])[],
  none = 'None.',
): string {
  const heading = `<h2>${escaped(title)}</h2>`;
  if (rows.length === 0) return `${heading}<p>${escaped(none)}</p>`;
  const top = head.map((name) => `<th>${escaped(name)}</th>`).join('');
  const lines = rows.map((row) => `<tr>${row.map(cell).join('')}</tr>`).join('\n');
  return `${heading}<table><thead><tr>${top}</tr></thead><tbody>\n${lines}\n</tbody></table>`;
}

export function paragraph(text: string): string {
  return `<p>${escaped(text)}</p>`;
}

function cell(value: Cell): string {
  return typeof value === 'number' ? `<td class="n">${value}</td>` : `<td>${escaped(value)}</td>`;
}

/** Two columns: what, and its value. */
function facts(title: string, rows: readonly (readonly [string, Cell])[]): string {
  const lines = rows.map(([name, value]) => `<tr><th>${escaped(name)}</th>${cell(value)}</tr>`).join('\n');
  return `<h2>${escaped(title)}</h2><table class="mono"><tbody>\n${lines}\n</tbody></table>`;
}

/** The readable page of a certificate. `signature` hex, by the desk's key over its text. */
export function certificatePage(certificate: Certificate, sha256: string, signature: string): string {
  const { desk, id, supplementOf } = certificate;
  const title =
    supplementOf === null ? `Handback certificate ${id}` : `Supplement ${id} to certificate ${supplementOf}`;
  const intro = `Desk ${desk} handed everything below to main ${certificate.way === 'wire' ? 'over the wire' : 'by numbered files'}. Quantities are exchange units.`;
  return pageOf(title, [
    paragraph(intro),
    ...headOf(certificate),
    ...listsOf(certificate),
    facts('Signature', [
      ['SHA-256 of the text', sha256],
      ['Public key (Ed25519, SPKI DER)', certificate.publicKey],
      ['Signature', signature],
    ]),
    paragraph('The signature covers the JSON text of this certificate; the page only repeats it.'),
  ]);
}

function headOf(certificate: Certificate): readonly string[] {
  const { opening, closing, totals, reconciled, mainHadLess, fence } = certificate;
  return [
    facts('What it covers', [
      ['Desk, build', `${certificate.desk}, ${certificate.build}`],
      ['Epochs', certificate.epochs.join(', ')],
      ['Opening', `${placeText(opening)} ${opening.hash}`],
      ['Closing', `${placeText(closing)} ${closing.hash}`],
      ['Facts', certificate.facts],
      ['Left with a broken epoch', leftText(certificate.left)],
      ['Emergency declared', moveText(certificate.declared)],
      ['Scope', scopeText(certificate)],
      ["Main's return accepted", moveText(certificate.accepted)],
      ['Signed', `${istTimestamp(certificate.signedAtMs)} by ${certificate.signedBy.join(', ')}`],
    ]),
    facts('Totals', [
      ['Orders sent', totals.ordersSent],
      ['Trades', totals.trades],
      ['Annulled, corrected', `${totals.busts}, ${totals.corrections}`],
      ['Units bought, sold', `${totals.boughtUnits}, ${totals.soldUnits}`],
      ['Trades of others that were seen', totals.mainsTrades],
    ]),
    facts('Comparison', [
      ['Number, up to', `${reconciled.round}, ${placeText(reconciled.through)}`],
      ['Rows', reconciled.rows],
      ['Agree', reconciled.agree],
      ['Differences', reconciled.rows - reconciled.agree],
      ['Fence', fence === null ? 'not asked' : `${obeyedText(fence.obeyed)} ${fence.text}`.trim()],
      ['Main lost', mainHadLess === null ? 'nothing' : lessText(mainHadLess)],
    ]),
  ];
}

function listsOf(certificate: Certificate): readonly string[] {
  return [
    section(
      'Differences and what was decided',
      ['account', 'contract', 'product', 'desk', 'main', 'exchange', 'cause', 'decided', 'by', 'why'],
      certificate.differences.map((one) => [
        one.account,
        one.instrumentId,
        one.product,
        one.desk,
        one.main,
        one.exchange,
        `${one.cause}: ${one.text}`,
        one.decided.repair,
        one.decided.by.join(', '),
        one.decided.why,
      ]),
    ),
    section(
      'Rows that main traded while this desk closed them',
      ['account', 'contract', 'product', 'side', 'units traded', 'exchange order'],
      certificate.doubleCloses.map((one) => [
        one.account,
        one.instrumentId,
        one.product ?? 'not known',
        one.side,
        one.quantity,
        one.exchangeOrderId,
      ]),
    ),
    section(
      'Orders handed over to main',
      ['exchange order', 'our order', 'account', 'contract', 'product', 'side', 'open', 'by'],
      certificate.handedOver.map((one) => [
        one.exchangeOrderId,
        one.orderId,
        one.account,
        one.instrumentId,
        one.product,
        one.side,
        one.openQuantity,
        one.by.join(', '),
      ]),
    ),
    section(
      "Main's late orders",
      ['exchange order', 'account', 'contract', 'product', 'side', 'open', 'cause'],
      certificate.lateOrders.map((one) => [
        one.exchangeOrderId,
        one.account,
        one.instrumentId,
        one.product,
        one.side,
        one.openQuantity,
        one.cause,
      ]),
    ),
    ...filesOf(certificate),
  ];
}

function filesOf({ way, files }: Certificate): readonly string[] {
  if (way === 'wire') return [];
  const rows = files.map((one) => [one.number, placeText(one.through), one.sha256, one.refused]);
  return [section('Files', ['number', 'up to', 'SHA-256', 'rows not taken'], rows)];
}

function placeText({ epoch, seq }: Place): string {
  return `epoch ${epoch}, seq ${seq}`;
}

function leftText(left: Certificate['left']): string {
  return left === undefined
    ? 'nothing'
    : `${left.facts} facts, ${left.trades} of them trades: main never gets them`;
}

function moveText(move: Move | null): string {
  if (move === null) return 'not known: its fact was left with a broken epoch';
  return `${istTimestamp(move.atMs)} by ${move.by.join(', ')}: ${move.why}`;
}

function scopeText({ declared }: Certificate): string {
  if (declared === null) return 'not known: its fact was left with a broken epoch';
  const { scope } = declared;
  const segments = scope?.segments ?? [];
  const accounts = scope?.accounts ?? [];
  const all = segments.length === 0 ? 'every segment' : segments.join(', ');
  return `${all}; ${accounts.length === 0 ? 'every account' : `${accounts.length} accounts`}`;
}

function obeyedText(obeyed: boolean | null): string {
  if (obeyed === null) return 'not answered.';
  return obeyed ? 'obeyed.' : 'NOT obeyed.';
}

function lessText({ had, has }: NonNullable<Certificate['mainHadLess']>): string {
  return `it had ${placeText(had)} and came back with ${placeText(has)}; handed over again from there`;
}
