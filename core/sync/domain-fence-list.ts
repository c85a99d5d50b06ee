import type { LateOrder } from './messages.ts';
import { pageOf, paragraph, section } from './domain-page.ts';

/** A client of this desk for whom main must hold its hands. */
export interface FencedAccount {
  readonly account: string;
  readonly name: string;
  readonly branch: string;
  /** The users who may act for it in main. */
  readonly logins: readonly string[];
  /** Contracts with an open position, or that this desk traded. */
  readonly contracts: number;
}

const HEAD = ['what', 'account', 'name', 'branch', 'login', 'exchange order', 'contract', 'detail'];

/**
 * What RMS has to hold before main goes on: auto square-off of each account, the orders that live only inside main
 * (GTT, AMO, baskets), the logins. As a page to be printed and as CSV.
 */
export function fenceList(
  desk: string,
  accounts: readonly FencedAccount[],
  late: readonly LateOrder[],
): { readonly page: string; readonly csv: string } {
  const squareOff = accounts.map((one) => [
    'disable auto square-off',
    one.account,
    one.name,
    one.branch,
    '',
    '',
    '',
    `${one.contracts} contracts`,
  ]);
  const resident = accounts.map((one) => [
    'cancel GTT, AMO and baskets',
    one.account,
    one.name,
    one.branch,
    '',
    '',
    '',
    'all that live only inside main',
  ]);
  const orders = late.map((one) => [
    'cancel order',
    one.account,
    '',
    '',
    '',
    one.exchangeOrderId,
    one.instrumentId,
    `${one.side} ${one.openQuantity} ${one.product}, ${one.cause}`,
  ]);
  const logins = [...new Set(accounts.flatMap((one) => one.logins))]
    .toSorted()
    .map((login) => ['hold login', '', '', '', login, '', '', 'until the certificate is signed']);
  const title = `Fence list of desk ${desk}`;
  const page = pageOf(title, [
    paragraph(
      'To be done by RMS in the main system before it takes these accounts back. Tick each line, sign at the end.',
    ),
    section('Auto square-off to disable', HEAD, squareOff),
    section("Main's orders to cancel", HEAD, orders, 'Main named none.'),
    section('GTT, AMO and baskets to cancel', HEAD, resident),
    section('Logins to hold', HEAD, logins),
    paragraph('Done by: ____________________   Time: ____________   Signature: ____________________'),
  ]);
  const csv = [HEAD, ...squareOff, ...orders, ...resident, ...logins].map(csvLine).join('');
  return { page, csv };
}

/** This list is opened in a spreadsheet: what could be taken for a formula gets an apostrophe before it. */
function csvLine(cells: readonly string[]): string {
  const safe = cells.map((cell) => {
    const text = /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell;
    return /[",\n\r;]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  });
  return `${safe.join(',')}\n`;
}
