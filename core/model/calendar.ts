import { istDate, instantOf, istTimeOfDayMs, MINUTE_MS } from './market-clock.ts';
import type { Exchange, Instrument, Segment } from './instrument.ts';
import type { Product } from './product.ts';

/**
 * When a contract may be traded, and by when a position in it must be gone. Every number here moves by
 * circular: these are the shipped defaults, a desk's configuration replaces them, and what the exchange says
 * about its session beats both. Minutes are counted from IST midnight.
 */
export interface SegmentClock {
  readonly segment: Segment;
  /** Empty: every exchange. */
  readonly exchanges: readonly Exchange[];
  /** Empty: every underlying. */
  readonly underlyings: readonly string[];
  /** Only shares that close by auction, only those that do not, or both. */
  readonly closingAuction: boolean | 'either';
  readonly openMinute: number;
  readonly continuousEndMinute: number;
  readonly auction: AuctionClock | null;
  /** When the broker's own intraday (MIS) positions must be out. */
  readonly misCutOffMinute: number;
  /** Last trade of a contract on its expiry day when its file does not say. */
  readonly expiryEndMinute: number;
  /** Added to the end and the cut-off while New York is on winter time (non-agricultural commodities). */
  readonly usWinterMinutes: number;
}

export interface AuctionClock {
  readonly entryMinute: number;
  readonly limitOnlyMinute: number;
  /** Earliest moment of the random close: nothing may be counted on after it. */
  readonly endMinute: number;
}

export interface Calendar {
  /** The first clock that fits a contract is its clock. */
  readonly clocks: readonly SegmentClock[];
  /** By now, on a trading day, the desk must be ready: early enough before the first open to mend what is not. */
  readonly readinessMinute: number;
  /** Weekdays without trading, and weekend days with it (Muhurat, a budget): `YYYY-MM-DD`, each announced by circular. */
  readonly holidays: readonly string[];
  readonly specialDays: readonly string[];
}

/** What a contract's market takes now. */
export type Phase =
  | 'before-open'
  | 'continuous'
  | 'risk-reduction'
  | 'auction-transition'
  | 'auction'
  | 'auction-limit-only'
  | 'halted'
  | 'closed';

/** Mirrors the exchange's trading session status; see core/exchange/events.ts. */
export type SessionState =
  'unknown' | 'pre-open' | 'open' | 'pre-close' | 'closing-auction' | 'halted' | 'closed' | 'risk-reduction';

export type DeadlineCause =
  'mis-cut-off' | 'closing-auction' | 'last-trading-time' | 'tender-start' | 'segment-close';

export interface Deadline {
  /** The next of the deadlines that is still ahead: sorts the queue. */
  readonly dueMs: number;
  readonly why: DeadlineCause;
  /** After this instant nothing of the row can trade today; the exchange's session state may say otherwise. */
  readonly lastMs: number;
}

const minute = (hour: number, minutes: number): number => hour * 60 + minutes;

const CASH: SegmentClock = {
  segment: 'CM',
  exchanges: [],
  underlyings: [],
  closingAuction: false,
  openMinute: minute(9, 15),
  continuousEndMinute: minute(15, 30),
  auction: null,
  misCutOffMinute: minute(15, 20),
  expiryEndMinute: minute(15, 30),
  usWinterMinutes: 0,
};

/**
 * Shipped clocks. Closing auction session since 3 Aug 2026: CMTR74466 (cash), FAOP74467 (derivatives to 15:40);
 * commodities COM72699. No rule sets a cut-off for MIS: these stand before the market's own end, as brokers do.
 */
export const DEFAULT_CALENDAR: Calendar = {
  readinessMinute: minute(8, 45),
  holidays: [],
  specialDays: [],
  clocks: [
    {
      ...CASH,
      closingAuction: true,
      continuousEndMinute: minute(15, 15),
      auction: { entryMinute: minute(15, 20), limitOnlyMinute: minute(15, 25), endMinute: minute(15, 28) },
      misCutOffMinute: minute(15, 10),
    },
    CASH,
    {
      ...CASH,
      segment: 'FO',
      closingAuction: 'either',
      continuousEndMinute: minute(15, 40),
      misCutOffMinute: minute(15, 25),
    },
    {
      ...CASH,
      segment: 'CD',
      closingAuction: 'either',
      openMinute: minute(9, 0),
      continuousEndMinute: minute(17, 0),
      misCutOffMinute: minute(16, 45),
      expiryEndMinute: minute(12, 30),
    },
    {
      ...CASH,
      segment: 'COM',
      closingAuction: 'either',
      openMinute: minute(9, 0),
      continuousEndMinute: minute(23, 30),
      misCutOffMinute: minute(23, 15),
      expiryEndMinute: minute(23, 30),
      usWinterMinutes: 25,
    },
  ],
};

/** The clock of a contract; null when the configuration has none for it (its rows are then `market-closed`). */
function clockOf(calendar: Calendar, instrument: Instrument): SegmentClock | null {
  for (const clock of calendar.clocks) {
    if (clock.segment !== instrument.segment) continue;
    if (clock.exchanges.length > 0 && !clock.exchanges.includes(instrument.exchange)) continue;
    if (clock.underlyings.length > 0 && !clock.underlyings.includes(instrument.underlying)) continue;
    if (clock.closingAuction === 'either' || clock.closingAuction === instrument.closingAuction) return clock;
  }
  return null;
}

/** What the market of a contract takes at this instant: the exchange's word first, the calendar where it is silent. */
export function phaseAt(
  calendar: Calendar,
  instrument: Instrument,
  nowMs: number,
  session: SessionState,
): Phase {
  const planned = calendarPhase(calendar, instrument, nowMs);
  switch (session) {
    case 'unknown':
      return planned;
    case 'pre-open':
      return 'before-open';
    case 'halted':
      return 'halted';
    case 'closed':
      return 'closed';
    case 'open':
      return isAuction(planned) ? planned : 'continuous';
    case 'risk-reduction':
      return isAuction(planned) ? planned : 'risk-reduction';
    case 'pre-close':
      return closesByAuction(instrument) ? 'auction-transition' : planned;
    case 'closing-auction':
      if (!closesByAuction(instrument)) return planned;
      return planned === 'auction-limit-only' ? planned : 'auction';
  }
}

/** New orders may go in. */
export function takesEntry(phase: Phase): boolean {
  return (
    phase === 'continuous' ||
    phase === 'risk-reduction' ||
    phase === 'auction' ||
    phase === 'auction-limit-only'
  );
}

/** By when a position must be gone; null when the contract has no clock. */
export function deadlineOf(
  calendar: Calendar,
  instrument: Instrument,
  product: Product,
  nowMs: number,
): Deadline | null {
  const clock = clockOf(calendar, instrument);
  if (clock === null) return null;
  const date = istDate(nowMs);
  const shift = winterShift(clock, date);
  const expires = instrument.expiry === date;
  const endMinute = expires ? lastTradingMinute(clock, instrument, shift) : clock.continuousEndMinute + shift;
  const endMs = instantOf(date, endMinute);
  const lastMs = clock.auction === null ? endMs : instantOf(date, clock.auction.endMinute);
  const candidates: { dueMs: number; why: DeadlineCause }[] = [
    { dueMs: endMs, why: endCause(clock, expires) },
  ];
  if (product === 'MIS') candidates.push({ dueMs: misCutOffMs(clock, date, endMs), why: 'mis-cut-off' });
  if (instrument.tenderStart !== '') {
    candidates.push({ dueMs: instantOf(instrument.tenderStart, clock.openMinute), why: 'tender-start' });
  }
  if (clock.auction !== null) candidates.push({ dueMs: lastMs, why: 'segment-close' });
  candidates.sort((one, other) => one.dueMs - other.dueMs);
  const next = candidates.find((candidate) => candidate.dueMs > nowMs) ?? {
    dueMs: lastMs,
    why: endCause(clock, expires),
  };
  return { ...next, lastMs };
}

/** True from the moment at which the broker may close the client's intraday position by its own terms. */
export function afterMisCutOff(calendar: Calendar, instrument: Instrument, nowMs: number): boolean {
  const clock = clockOf(calendar, instrument);
  if (clock === null) return false;
  const date = istDate(nowMs);
  const shift = winterShift(clock, date);
  const expires = instrument.expiry === date;
  const endMinute = expires ? lastTradingMinute(clock, instrument, shift) : clock.continuousEndMinute + shift;
  return nowMs >= misCutOffMs(clock, date, instantOf(date, endMinute));
}

/** True while the United States keep daylight saving: second Sunday of March to first Sunday of November. */
export function isUsDaylightSaving(date: string): boolean {
  const year = date.slice(0, 4);
  const start = nthSunday(`${year}-03`, 2);
  const end = nthSunday(`${year}-11`, 1);
  return date >= start && date < end;
}

function calendarPhase(calendar: Calendar, instrument: Instrument, nowMs: number): Phase {
  const clock = clockOf(calendar, instrument);
  if (clock === null) return 'closed';
  const date = istDate(nowMs);
  if (instrument.expiry !== '' && instrument.expiry < date) return 'closed';
  const minuteNow = istTimeOfDayMs(nowMs) / MINUTE_MS;
  const shift = winterShift(clock, date);
  const endMinute =
    instrument.expiry === date
      ? lastTradingMinute(clock, instrument, shift)
      : clock.continuousEndMinute + shift;
  if (minuteNow < clock.openMinute) return 'before-open';
  if (minuteNow < endMinute) return 'continuous';
  if (clock.auction === null || minuteNow >= clock.auction.endMinute) return 'closed';
  if (minuteNow < clock.auction.entryMinute) return 'auction-transition';
  return minuteNow < clock.auction.limitOnlyMinute ? 'auction' : 'auction-limit-only';
}

/** A segment-wide `open` does not speak of the shares in it that are in their closing auction. */
function isAuction(phase: Phase): boolean {
  return phase === 'auction-transition' || phase === 'auction' || phase === 'auction-limit-only';
}

function closesByAuction(instrument: Instrument): boolean {
  return instrument.segment === 'CM' && instrument.closingAuction;
}

function lastTradingMinute(clock: SegmentClock, instrument: Instrument, shift: number): number {
  return instrument.lastTradingMinute > 0 ? instrument.lastTradingMinute : clock.expiryEndMinute + shift;
}

/** The cut-off keeps its distance to the end when a contract ends earlier than its segment. */
function misCutOffMs(clock: SegmentClock, date: string, endMs: number): number {
  const distance = (clock.continuousEndMinute - clock.misCutOffMinute) * MINUTE_MS;
  return Math.min(endMs - distance, instantOf(date, clock.misCutOffMinute + winterShift(clock, date)));
}

function endCause(clock: SegmentClock, expires: boolean): DeadlineCause {
  if (expires) return 'last-trading-time';
  return clock.auction === null ? 'segment-close' : 'closing-auction';
}

/** Minutes that are added to a clock's end and cut-off on this date. */
export function winterShift(clock: SegmentClock, date: string): number {
  return clock.usWinterMinutes === 0 || isUsDaylightSaving(date) ? 0 : clock.usWinterMinutes;
}

/** 1970-01-01 was a Thursday. */
function nthSunday(yearMonth: string, nth: number): string {
  const firstMs = instantOf(`${yearMonth}-01`, 0);
  const dayNumber = Math.floor((firstMs + 330 * MINUTE_MS) / 86_400_000);
  const untilSunday = (7 - ((dayNumber + 4) % 7)) % 7;
  return istDate(firstMs + (untilSunday + 7 * (nth - 1)) * 86_400_000);
}
