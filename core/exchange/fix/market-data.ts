import type { Quote } from '#core/exchange/port.ts';
import type { Instrument } from '#core/model/instrument.ts';
import { parseE4 } from '#core/model/price.ts';
import { unitsOf } from './commands.ts';
import type { Message } from './codec.ts';

/** Members of the group NoMDEntries (268) that a top-of-book feed uses; MDUpdateAction (279) leads in X. */
const SNAPSHOT_MEMBERS = [269, 270, 271, 272, 273];
const UPDATE_MEMBERS = [279, 269, 55, 48, 22, 207, 270, 271, 272, 273];

/**
 * Market data (W full, X incremental) applied to the last known quotes. An entry that can not be read leaves
 * its side empty (0): a price is never guessed, and a missing price stops an order, not the desk.
 */
export function applyMarketData(
  message: Message,
  instrumentOf: (part: Message) => Instrument | null,
  quoteOf: (instrument: Instrument) => Quote | null,
  nowMs: number,
): readonly Quote[] {
  const full = message.type === 'W';
  const changed = new Map<string, Quote>();
  const whole = full ? instrumentOf(message) : null;
  if (full && whole !== null)
    changed.set(whole.instrumentId, empty(whole, nowMs, quoteOf(whole)?.lastE4 ?? 0));
  for (const entry of message.groups(268, full ? SNAPSHOT_MEMBERS : UPDATE_MEMBERS)) {
    const instrument = whole ?? instrumentOf(entry);
    if (instrument === null) continue;
    const known = changed.get(instrument.instrumentId) ?? quoteOf(instrument) ?? empty(instrument, nowMs, 0);
    changed.set(instrument.instrumentId, withEntry(known, entry, instrument, nowMs));
  }
  return [...changed.values()];
}

function withEntry(known: Quote, entry: Message, instrument: Instrument, nowMs: number): Quote {
  const gone = entry.get(279) === '2';
  const priceE4 = gone ? 0 : (parseE4(entry.get(270) ?? '') ?? 0);
  const quantity = gone || priceE4 === 0 ? 0 : unitsOf(instrument, entry.int(271) ?? 0);
  switch (entry.get(269) ?? '') {
    case '0':
      return { ...known, bidE4: priceE4, bidQuantity: quantity, atMs: nowMs };
    case '1':
      return { ...known, askE4: priceE4, askQuantity: quantity, atMs: nowMs };
    case '2':
      return gone ? known : { ...known, lastE4: priceE4, atMs: nowMs };
    default:
      return known;
  }
}

function empty(instrument: Instrument, nowMs: number, lastE4: number): Quote {
  return {
    instrumentId: instrument.instrumentId,
    bidE4: 0,
    bidQuantity: 0,
    askE4: 0,
    askQuantity: 0,
    lastE4,
    atMs: nowMs,
  };
}
