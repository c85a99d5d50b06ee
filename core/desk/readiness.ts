import type { LinkShown } from '#core/exchange/contract.ts';
import type { Exchange, Segment } from '#core/model/instrument.ts';
import { istDate, istTime } from '#core/model/market-clock.ts';
import type { ReadinessCheck } from './contract.ts';

/** What the services know of this moment, as far as readiness asks. Instants are epoch ms, dates `YYYY-MM-DD` in IST. */
export interface ReadinessView {
  readonly nowMs: number;
  /** Why the journal takes nothing; null: it takes facts. */
  readonly journalRefuses: string | null;
  /** Null: no main is configured, and positions and contracts come by file. */
  readonly main: MainSeen | null;
  /** Newest trading date that a file of positions, and one of contracts, was for; empty: there was none. */
  readonly positionsOf: string;
  readonly contractsOf: string;
  readonly links: readonly Pick<LinkShown, 'venue' | 'session' | 'state' | 'why'>[];
  readonly traded: readonly TradedSeen[];
  /** Active persons whose role may let an exit go. */
  readonly approvers: readonly ApproverSeen[];
  /** Orders of an earlier day of which nobody knows whether they went. */
  readonly doubtful: number;
  readonly handback: {
    /** Of earlier days: facts that main has not got; by file: trades that it has not acknowledged. */
    readonly facts: number;
    /** Why main takes nothing more; empty: it does. */
    readonly notTaken: string;
  };
}

interface MainSeen {
  readonly link: { readonly state: string; readonly sinceMs: number; readonly text: string };
  readonly book: {
    readonly tradingDate: string;
    readonly stale: boolean;
    readonly text: string;
  } | null;
}

interface TradedSeen {
  readonly exchange: Exchange;
  readonly segment: Segment;
  /** `none`: the venue is configured without one. `silent`: it said nothing of today yet. */
  readonly dropCopy: 'none' | 'silent' | 'covers' | 'misses';
}

interface ApproverSeen {
  readonly user: string;
  /** How many policy asks for when this person lets an exit go, and how many could agree now, the person among them. */
  readonly needed: number;
  readonly present: number;
  /** Exchanges of this desk to which this person may send nothing today, and why. */
  readonly mayNotSend: readonly { readonly exchange: Exchange; readonly text: string }[];
}

/**
 * Whether this desk could take over now: each check by itself, in the order in which it is mended, so that the first one
 * that fails is the one to begin with. A desk without main has no check of its link.
 */
export function checksOf(view: ReadinessView): readonly ReadinessCheck[] {
  const { main } = view;
  return [
    said('journal', view.journalRefuses, 'The journal takes facts.'),
    ...(main === null
      ? [
          said('book', fileText('positions', view.positionsOf, view), 'The positions of today are imported.'),
          said(
            'contracts',
            fileText('contracts', view.contractsOf, view),
            'The contracts of today are here.',
          ),
        ]
      : [
          said('main-link', linkText(main), 'The link to main is up.'),
          said('book', bookText(main, view), "Main's book of today is followed, as main has it."),
        ]),
    said('exchange-sessions', sessionsText(view), 'Every session to an exchange is up.'),
    said('drop-copy', dropCopyText(view), coveredText(view)),
    said('persons', personsText(view), 'Enough persons are here to let an exit go.'),
    said('exchange-ids', exchangeIdsText(view), 'Each exchange has somebody who may send to it.'),
    said('doubts', doubtsText(view), 'Nothing of an earlier day is in doubt.'),
    said(
      'not-handed-back',
      handbackText(view),
      main === null ? 'No file waits for main to acknowledge it.' : 'Main has the facts of all earlier days.',
    ),
  ];
}

function said(check: ReadinessCheck['check'], wrong: string | null, right: string): ReadinessCheck {
  return { check, ok: wrong === null, text: wrong ?? right };
}

function fileText(what: 'positions' | 'contracts', of: string, { nowMs }: ReadinessView): string | null {
  const today = istDate(nowMs);
  if (of === '') return `No ${what} file was imported; there is no main to follow.`;
  return sameDay(of, today) ? null : `The newest ${what} file is for ${of}, not for today, ${today}.`;
}

function linkText({ link: { state, sinceMs, text } }: MainSeen): string | null {
  if (state === 'up') return null;
  const since = sinceMs > 0 ? ` since ${istTime(sinceMs)}` : '';
  return `The link to main is ${state}${since}${text === '' ? '' : `: ${text}`}.`;
}

function bookText({ book }: MainSeen, { nowMs }: ReadinessView): string | null {
  const today = istDate(nowMs);
  if (book === null) return 'No book of main is here.';
  if (book.stale) return `Main's book is stale: ${book.text}.`;
  if (sameDay(book.tradingDate, today)) return null;
  return `Main's book is of ${book.tradingDate === '' ? 'no day' : book.tradingDate}, not of today, ${today}.`;
}

function sessionsText({ links }: ReadinessView): string | null {
  const wrong = links.filter(({ state }) => state !== 'up');
  if (wrong.length === 0) return null;
  const named = wrong.map(
    ({ venue, session, state, why }) => `${venue} ${session} is ${state}${why === '' ? '' : ` (${why})`}`,
  );
  return `${named.join('; ')}.`;
}

function dropCopyText({ traded }: ReadinessView): string | null {
  const silent = namesOf(traded, 'silent');
  const misses = namesOf(traded, 'misses');
  const wrong = [
    ...(silent === '' ? [] : [`drop copy has said nothing of today of ${silent}`]),
    ...(misses === '' ? [] : [`drop copy does not have all of today of ${misses}`]),
  ];
  return wrong.length === 0 ? null : sentence(wrong.join('; '));
}

/** A venue without drop copy is the broker's choice and nothing that is mended at 08:45: it is said and does not fail. */
function coveredText({ traded }: ReadinessView): string {
  const none = namesOf(traded, 'none');
  if (none === '') return 'Drop copy has all of today.';
  const others = namesOf(traded, 'covers');
  const here = others === '' ? '' : ` Drop copy has all of today of ${others}.`;
  return `No drop copy is configured for ${none}: exits there are unproven.${here}`;
}

function personsText({ approvers }: ReadinessView): string | null {
  if (approvers.some(({ needed, present }) => present >= needed)) return null;
  const [first, ...others] = approvers;
  if (first === undefined) return 'Nobody who is active here may let an exit go.';
  const names = [first, ...others].map(({ user }) => user).join(', ');
  return `An exit takes ${first.needed} persons; only ${first.present} could agree (${names}).`;
}

function exchangeIdsText({ traded, approvers }: ReadinessView): string | null {
  const wrong: string[] = [];
  // Whoever may send and has nobody who agrees lets nothing go; that there is no other, the check of persons says.
  const able = approvers.filter(({ needed, present }) => present >= needed);
  const asked = able.length === 0 ? approvers : able;
  for (const exchange of new Set(traded.map((one) => one.exchange))) {
    const whys = asked.map(
      ({ mayNotSend }) => mayNotSend.find((one) => one.exchange === exchange)?.text ?? null,
    );
    if (whys.includes(null)) continue;
    const [first = 'Nobody may let an exit go.', ...others] = whys;
    wrong.push(
      `Nobody may send to ${exchange}: ${first}${others.length === 0 ? '' : ` (+${others.length})`}`,
    );
  }
  return wrong.length === 0 ? null : wrong.join(' ');
}

function doubtsText({ doubtful }: ReadinessView): string | null {
  if (doubtful === 0) return null;
  const orders = doubtful === 1 ? 'One order' : `${doubtful} orders`;
  return `${orders} of an earlier day in doubt: persons decide (F7).`;
}

function handbackText({ main, handback: { facts, notTaken } }: ReadinessView): string | null {
  if (notTaken !== '') return `Main takes no facts: ${notTaken}`;
  if (facts === 0) return null;
  return main === null
    ? `${facts} trades of an earlier day are in files that main has not acknowledged.`
    : `${facts} facts of earlier days are not at main.`;
}

function namesOf(traded: readonly TradedSeen[], is: TradedSeen['dropCopy']): string {
  const found = traded.filter(({ dropCopy }) => dropCopy === is);
  return found.map(({ exchange, segment }) => `${exchange} ${segment}`).join(', ');
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

/** Files write dates with and without hyphens. */
function sameDay(one: string, other: string): boolean {
  return one.replaceAll('-', '') === other.replaceAll('-', '');
}
