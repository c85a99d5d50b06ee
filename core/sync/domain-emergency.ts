import type { Entry, Fact, FactKind } from '#core/events.ts';
import type { OrderId } from '#core/model/ids.ts';
import type { CertificateSigned, FactsNotTaken, MainHasLess, MainHasMore, Mode, Scope } from './events.ts';
import { foldOne, type Fold } from './fold.ts';
import type { Place } from './messages.ts';

/** A signed certificate as the list shows it. */
export interface Signed extends CertificateSigned {
  readonly atMs: number;
}

/** A move of the mode as a certificate repeats it. */
export interface Move {
  readonly atMs: number;
  readonly by: readonly string[];
  readonly why: string;
}

/** Words about orders of ours: after the comparison each of them makes it old. */
const OWN: ReadonlySet<FactKind> = new Set<FactKind>([
  'order-planned',
  'order-withdrawn',
  'order-released',
  'order-acknowledged',
  'order-filled',
  'fill-conflicted',
  'fill-busted',
  'fill-corrected',
  'order-replaced',
  'order-canceled',
  'order-rejected',
  'order-expired',
  'order-done-for-day',
  'order-in-doubt',
  'order-not-delivered',
  'order-confirmed',
  'order-unresolved-yesterday',
  'order-decided-by-persons',
]);
/** What others did, as a person is told it: after the comparison each of them makes it old, too. */
const OTHERS = {
  'foreign-fill-seen': 'Others traded rows of which the certificate speaks',
  'foreign-fill-busted': 'Trades of others were annulled',
  'double-close-seen': 'Main was at rows that this desk closed',
  'main-has-less': 'Main came back with less than it had',
  'handback-file-acknowledged': 'Main refused trades of a file',
  'epoch-opened': 'A new epoch was opened',
} as const satisfies { readonly [Kind in FactKind]?: string };
/** Words of the handback itself that a certificate repeats: main must have them, too. */
const TOLD: ReadonlySet<FactKind> = new Set<FactKind>([
  'reconciled',
  'difference-decided',
  'order-handed-over',
  'double-close-seen',
  'fence-answered',
  'main-has-less',
  'handback-file-acknowledged',
]);
/** What a trade file carries: main needs no other fact of a handback by file. */
const TRADES: ReadonlySet<FactKind> = new Set<FactKind>(['order-filled', 'fill-busted', 'fill-corrected']);

/**
 * The emergency that is to be handed back: when it began, who did what, what became of it. A fold of the log. After a
 * certificate it goes on with what comes later, for the supplement, until the next emergency.
 */
export class Emergency {
  mode: Mode = 'SUSPECT';
  /** First fact that the next certificate covers; null: none is due. */
  opening: Place | null = null;
  declared: (Move & { readonly scope: Scope | null }) | null = null;
  declaredAt: Place | null = null;
  accepted: Move | null = null;
  acceptedAt: Place | null = null;
  readonly handedOver = new Map<
    OrderId,
    { readonly exchangeOrderId: string; readonly by: readonly string[] }
  >();
  readonly certificates: Signed[] = [];
  notTaken: FactsNotTaken | null = null;
  hasLess: MainHasLess | null = null;
  /** Of this epoch. */
  hasMore: MainHasMore | null = null;
  /** Newest word about an order of ours, newest one that the certificate depends on, newest one of a trade file. */
  lastOwn = 0;
  lastTold = 0;
  lastTrade = 0;
  /** Orders of which a trade was annulled, corrected or told in two ways: they explain differences. */
  readonly changed = new Set<OrderId>();
  /** By kind: the newest fact about others that a comparison has to come after. */
  readonly #others = new Map<keyof typeof OTHERS, number>();
  /** Contracts of accounts that the certificate speaks of: with orders of ours, with a difference at the newest comparison. */
  readonly #worked = new Set<string>();
  #differing: ReadonlySet<string> = new Set();

  readonly #fold: Fold = {
    'mode-changed': (fact, { epoch, seq, atMs }) => {
      this.#moved(fact, { epoch, seq }, atMs);
    },
    'order-handed-over': ({ orderId, exchangeOrderId, by }) => {
      this.handedOver.set(orderId as OrderId, { exchangeOrderId, by });
    },
    'certificate-signed': (fact, { atMs }) => {
      this.certificates.push({ ...fact, atMs });
      this.opening = { epoch: fact.closing.epoch, seq: fact.closing.seq + 1 };
      this.hasLess = null;
    },
    'facts-not-taken': (fact) => {
      this.notTaken = fact;
    },
    'main-has-less': (fact, { seq }) => {
      this.hasLess = fact;
      this.#others.set('main-has-less', seq);
    },
    'main-has-more': (fact) => {
      this.hasMore = fact;
    },
    'epoch-opened': (_fact, { seq }) => {
      this.hasMore = null;
      this.#others.set('epoch-opened', seq);
    },
    reconciled: ({ differences }) => {
      this.#differing = new Set(differences.map(contractText));
    },
    'handback-file-acknowledged': ({ refused }, { seq }) => {
      if (refused.length > 0) this.#others.set('handback-file-acknowledged', seq);
    },
    'order-planned': ({ terms }) => {
      this.#worked.add(contractText(terms));
    },
    'fill-conflicted': ({ orderId }) => {
      this.changed.add(orderId);
    },
    'fill-busted': ({ orderId }) => {
      this.changed.add(orderId);
    },
    'fill-corrected': ({ orderId }) => {
      this.changed.add(orderId);
    },
    'foreign-fill-seen': (fact, { seq }) => {
      const key = contractText(fact);
      if (this.#worked.has(key) || this.#differing.has(key)) this.#traded('foreign-fill-seen', seq);
    },
    // It does not say its row; rare enough to count on every one.
    'foreign-fill-busted': (_fact, { seq }) => {
      this.#traded('foreign-fill-busted', seq);
    },
    'double-close-seen': (_fact, { seq }) => {
      this.#traded('double-close-seen', seq);
    },
  };

  apply(entry: Entry): void {
    const { seq, fact } = entry;
    if (OWN.has(fact.kind)) this.lastOwn = seq;
    if (OWN.has(fact.kind) || TOLD.has(fact.kind)) this.lastTold = seq;
    if (TRADES.has(fact.kind)) this.lastTrade = seq;
    foldOne(this.#fold, entry);
  }

  /**
   * What others did after a comparison up to there, so that it is old. Trades of others count on the rows that the
   * certificate speaks of: a main that is back trades all day, and what it does elsewhere must not keep the handback
   * open for ever.
   */
  othersAfter(seq: number): readonly string[] {
    return [...this.#others].filter(([, at]) => at > seq).map(([kind]) => OTHERS[kind]);
  }

  /** The certificate that a further one of the same emergency supplements; null: the first is still to come. */
  supplementOf(): string | null {
    const last = this.certificates.at(-1);
    if (last === undefined || this.opening === null) return null;
    return this.opening.seq === last.closing.seq + 1 ? last.id : null;
  }

  /** True when a certificate, or a supplement, has something to say. */
  isDue(): boolean {
    if (this.opening === null) return false;
    return this.supplementOf() === null || this.lastOwn >= this.opening.seq;
  }

  #moved(fact: Extract<Fact, { kind: 'mode-changed' }>, at: Place, atMs: number): void {
    this.mode = fact.to;
    const { by, why } = fact;
    if (fact.to === 'HANDBACK') {
      this.accepted = { atMs, by, why };
      this.acceptedAt = at;
    }
    // Lost again in the middle of a handback: it is the same emergency.
    if (fact.to !== 'EMERGENCY' || fact.from === 'HANDBACK') return;
    this.declared = { atMs, by, why, scope: fact.scope ?? null };
    this.declaredAt = at;
    this.accepted = null;
    this.acceptedAt = null;
    // What no supplement has covered yet comes into the next certificate.
    if (this.isDue()) return;
    this.opening = at;
    this.handedOver.clear();
    this.changed.clear();
    this.#worked.clear();
    this.#differing = new Set();
    this.hasLess = null;
  }

  /** In STANDBY main is the authority: its trades are its own there, and no supplement waits for them. */
  #traded(kind: keyof typeof OTHERS, seq: number): void {
    if (this.mode === 'HANDBACK') this.#others.set(kind, seq);
  }
}

/** Without the product: of a trade of others nobody may know it. */
function contractText({
  account,
  instrumentId,
}: {
  readonly account: string;
  readonly instrumentId: string;
}) {
  return `${account} ${instrumentId}`;
}
