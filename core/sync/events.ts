import type { OrderId } from '#core/model/ids.ts';
import type { LateOrder, Place } from './messages.ts';

export type Mode = 'STANDBY' | 'SUSPECT' | 'EMERGENCY' | 'HANDBACK';

/** What an emergency covers. Empty lists: all exchange-segments, all accounts of the desk. */
export interface Scope {
  /** As `NSE:FO`. */
  readonly segments: readonly string[];
  readonly accounts: readonly string[];
}

/** A move of the mode machine, with who and why. */
export interface ModeChanged {
  readonly kind: 'mode-changed';
  readonly v: 1;
  readonly from: Mode;
  readonly to: Mode;
  readonly by: readonly string[];
  readonly why: string;
  /** By what the move was made; absent in logs of before. */
  readonly sign?: Sign;
  /** What an emergency covers. Absent: everything. */
  readonly scope?: Scope;
  /** Main was not heard since; absent: since the fact. */
  readonly lostSinceMs?: number;
}

/** Which sign of main's life or death somebody goes by; `headquarters`: its signature, against signs of life. */
export type Sign = 'link' | 'drop-copy' | 'desks' | 'person' | 'headquarters';

/** Main was heard, or no longer: after damping, so that a flapping line makes few facts. */
export interface MainHeard {
  readonly kind: 'main-heard';
  readonly v: 1;
  readonly state: 'up' | 'lost';
  readonly sign: Sign;
  readonly why: string;
}

/** Main's book is in force at this desk, part by part as imports (core/sync/messages.ts says what it consists of). */
export interface BookFollowed {
  readonly kind: 'book-followed';
  readonly v: 1;
  readonly book: string;
  readonly version: number;
  readonly asOfMs: number;
  readonly how: 'snapshot' | 'delta';
  readonly parts: readonly { readonly part: string; readonly rows: number; readonly sha256: string }[];
}

/** Something was missing or did not check: main is asked for a new snapshot, and the screen says that the book is old. */
export interface BookBroken {
  readonly kind: 'book-broken';
  readonly v: 1;
  readonly book: string;
  readonly version: number;
  readonly why: string;
}

/** Which accounts are at home here from now on; only main changes it. */
export interface MappingChanged {
  readonly kind: 'mapping-changed';
  readonly v: 1;
  readonly mappingEpoch: number;
  readonly accounts: readonly string[];
}

/** Main was asked to hold its own orders, auto square-off, GTT and AMO. */
export interface FenceAsked {
  readonly kind: 'fence-asked';
  readonly v: 1;
  readonly fence: string;
  readonly by: readonly string[];
  readonly why: string;
}
export interface FenceAnswered {
  readonly kind: 'fence-answered';
  readonly v: 1;
  readonly fence: string;
  readonly obeyed: boolean;
  readonly late: readonly LateOrder[];
  readonly text: string;
}
/**
 * Main traded a row that this desk closed or is closing: seen in EMERGENCY or HANDBACK. Our own side is cancelled.
 * `quantity`: units that main's order traded, as far as known; 0 while it only rests there. A later fact of the same
 * order says more.
 */
export interface DoubleCloseSeen {
  readonly kind: 'double-close-seen';
  readonly v: 1;
  readonly account: string;
  readonly instrumentId: string;
  readonly product: string | null;
  readonly quantity: number;
  readonly exchangeOrderId: string;
  readonly cancelled: readonly string[];
}

/** Main does not take a row, and nothing after it, until persons have looked. */
export interface FactsNotTaken {
  readonly kind: 'facts-not-taken';
  readonly v: 1;
  readonly at: Place;
  readonly reason: string;
  readonly text: string;
}

/** Main is back with less than it had acknowledged: it lost data. The desk hands over again from there. */
export interface MainHasLess {
  readonly kind: 'main-has-less';
  readonly v: 1;
  readonly had: Place;
  readonly has: Place;
}

/** Main has rows of this desk that the file lacks: it is an old copy. Two persons may open a new epoch by this word. */
export interface MainHasMore {
  readonly kind: 'main-has-more';
  readonly v: 1;
  readonly has: Place;
}

export type Cause =
  | 'fact-not-known-to-main'
  | 'main-traded'
  | 'main-differs'
  | 'manual-trade'
  | 'in-doubt'
  | 'bust'
  | 'snapshot-old'
  | 'not-known-here'
  | 'unexplained';
export type Repair = 'take-exchange' | 'take-desk' | 'take-main' | 'book-by-hand' | 'open-as-leftover';

/** One row on which desk, main and exchange do not agree. Nets are signed units; null: that side does not know. */
export interface Difference {
  readonly key: string;
  readonly account: string;
  readonly instrumentId: string;
  readonly product: string;
  readonly desk: number | null;
  readonly main: number | null;
  readonly exchange: number | null;
  readonly cause: Cause;
  readonly proposed: Repair;
  readonly text: string;
}

/** Row by row, after every fact up to the place was durable at main. */
export interface Reconciled {
  readonly kind: 'reconciled';
  readonly v: 1;
  readonly round: number;
  readonly through: Place;
  readonly rows: number;
  readonly agree: number;
  readonly differences: readonly Difference[];
  readonly late: readonly LateOrder[];
}
export interface DifferenceDecided {
  readonly kind: 'difference-decided';
  readonly v: 1;
  readonly round: number;
  readonly key: string;
  readonly repair: Repair;
  readonly by: readonly string[];
  readonly why: string;
}
/** What happens to an order that still works when main takes over: finished, cancelled, or handed over by its number. */
export interface OrderHandedOver {
  readonly kind: 'order-handed-over';
  readonly v: 1;
  readonly orderId: OrderId;
  readonly exchangeOrderId: string;
  readonly by: readonly string[];
}
/** The end of an emergency: names its closing place; facts after it make a supplement. The text lies in a table. */
export interface CertificateSigned {
  readonly kind: 'certificate-signed';
  readonly v: 1;
  readonly id: string;
  readonly supplementOf: string | null;
  readonly closing: Place;
  /** Of the certificate's text. */
  readonly sha256: string;
  readonly way: 'wire' | 'file';
  readonly by: readonly string[];
}
/** Handback by file: these facts were written to a numbered file. */
export interface HandbackFileWritten {
  readonly kind: 'handback-file-written';
  readonly v: 1;
  readonly number: number;
  readonly from: Place;
  readonly through: Place;
  readonly rows: number;
  /** Of its rows, as its control row names it. */
  readonly sha256: string;
}
/** An acknowledgement file of main was read back. */
export interface HandbackFileAcknowledged {
  readonly kind: 'handback-file-acknowledged';
  readonly v: 1;
  readonly number: number;
  readonly through: Place;
  readonly sha256: string;
  /** Rows that main did not take, by their place: each becomes a difference. */
  readonly refused: readonly { readonly epoch: number; readonly seq: number; readonly reason: string }[];
  readonly by: string;
}

export type SyncFact =
  | ModeChanged
  | MainHeard
  | BookFollowed
  | BookBroken
  | MappingChanged
  | FenceAsked
  | FenceAnswered
  | DoubleCloseSeen
  | FactsNotTaken
  | MainHasLess
  | MainHasMore
  | Reconciled
  | DifferenceDecided
  | OrderHandedOver
  | CertificateSigned
  | HandbackFileWritten
  | HandbackFileAcknowledged;
