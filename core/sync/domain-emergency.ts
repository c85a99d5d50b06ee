import type { Entry, Fact, FactKind } from '#core/events.ts';
import type { OrderId } from '#core/model/ids.ts';
import type { CertificateSigned, FactsNotTaken, MainHasLess, MainHasMore, Mode, Scope } from './events.ts';
import { foldOne, type Fold } from './fold.ts';
import type { Place } from './messages.ts';

/** A signed certificate as the list shows it. */
export interface Signed extends CertificateSigned {
  readonly atMs: number;
}

export interface Move {
  readonly atMs: number;
  readonly by: readonly string[];
  readonly why: string;
}

/** What happened between the opening and now: kinds and units. */
export interface Totals {
  readonly ordersSent: number;
  readonly trades: number;
  readonly busts: number;
  readonly corrections: number;
  readonly boughtUnits: number;
  readonly soldUnits: number;
  readonly mainsTrades: number;
}

const NOTHING: Totals = {
  ordersSent: 0,
  trades: 0,
  busts: 0,
  corrections: 0,
  boughtUnits: 0,
  soldUnits: 0,
  mainsTrades: 0,
};

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
  'order-confirmed',
  'order-unresolved-yesterday',
  'order-decided-by-persons',
]);
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
  accepted: Move | null = null;
  totals: Totals = NOTHING;
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
      this.totals = NOTHING;
      this.hasLess = null;
    },
    'facts-not-taken': (fact) => {
      this.notTaken = fact;
    },
    'main-has-less': (fact) => {
      this.hasLess = fact;
    },
    'main-has-more': (fact) => {
      this.hasMore = fact;
    },
    'epoch-opened': () => {
      this.hasMore = null;
    },
    'order-released': () => {
      this.#add({ ordersSent: 1 });
    },
    'order-filled': ({ quantity, key }) => {
      this.#add({ trades: 1, [key.side === 'buy' ? 'boughtUnits' : 'soldUnits']: quantity });
    },
    'fill-conflicted': ({ orderId }) => {
      this.changed.add(orderId);
    },
    'fill-busted': ({ orderId }) => {
      this.#add({ busts: 1 });
      this.changed.add(orderId);
    },
    'fill-corrected': ({ orderId }) => {
      this.#add({ corrections: 1 });
      this.changed.add(orderId);
    },
    'foreign-fill-seen': () => {
      this.#add({ mainsTrades: 1 });
    },
  };

  apply(entry: Entry): void {
    const { seq, fact } = entry;
    if (OWN.has(fact.kind)) this.lastOwn = seq;
    if (OWN.has(fact.kind) || TOLD.has(fact.kind)) this.lastTold = seq;
    if (TRADES.has(fact.kind)) this.lastTrade = seq;
    foldOne(this.#fold, entry);
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
    if (fact.to === 'HANDBACK') this.accepted = { atMs, by, why };
    // Lost again in the middle of a handback: it is the same emergency.
    if (fact.to !== 'EMERGENCY' || fact.from === 'HANDBACK') return;
    this.declared = { atMs, by, why, scope: fact.scope ?? null };
    this.accepted = null;
    // What no supplement has covered yet comes into the next certificate.
    if (this.isDue()) return;
    this.opening = at;
    this.totals = NOTHING;
    this.handedOver.clear();
    this.changed.clear();
    this.hasLess = null;
  }

  #add(more: Partial<Totals>): void {
    const sums = Object.entries(more).map(([name, count]) => [
      name,
      this.totals[name as keyof Totals] + count,
    ]);
    this.totals = { ...this.totals, ...(Object.fromEntries(sums) as Partial<Totals>) };
  }
}
