/**
 * The market's clock. An instant is epoch milliseconds (UTC) handed in by the host; the market lives in IST,
 * which is UTC+5:30 without daylight saving, so no time-zone data is needed.
 */
const IST_OFFSET_MS = 330 * 60_000;
const DAY_MS = 86_400_000;

export const MINUTE_MS = 60_000;

/** `YYYY-MM-DD` of the instant in IST. */
export function istDate(atMs: number): string {
  const { year, month, day } = civil(Math.floor((atMs + IST_OFFSET_MS) / DAY_MS));
  return `${year}-${pad(month, 2)}-${pad(day, 2)}`;
}

/** Milliseconds since IST midnight. */
export function istTimeOfDayMs(atMs: number): number {
  return (atMs + IST_OFFSET_MS) % DAY_MS;
}

/** `HH:MM:SS` in IST. */
export function istTime(atMs: number): string {
  return clockText(istTimeOfDayMs(atMs));
}

/** The instant of a minute of an IST day: `instantOf('2026-11-23', 15 * 60 + 15)`. */
export function instantOf(date: string, minuteOfDay: number): number {
  const [year = 0, month = 1, day = 1] = date.split('-').map(Number);
  return daysFromCivil(year, month, day) * DAY_MS - IST_OFFSET_MS + minuteOfDay * MINUTE_MS;
}

/** ISO 8601 with the Indian offset, for people and files: `2026-11-23T14:50:00.000+05:30`. */
export function istTimestamp(atMs: number): string {
  const timeMs = istTimeOfDayMs(atMs);
  return `${istDate(atMs)}T${clockText(timeMs)}.${pad(timeMs % 1000, 3)}+05:30`;
}

/** Epoch milliseconds of an ISO 8601 text; a text without an offset is IST. Null when it is none. */
export function parseInstant(text: string): number | null {
  const match =
    /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,3})\d*)?)?)?\s*(Z|[+-]\d{2}:?\d{2})?$/.exec(
      text.trim(),
    );
  if (match === null) return null;
  const [, y = '', mo = '', d = '', h = '0', mi = '0', s = '0', fraction = '0', zone = '+05:30'] = match;
  const [year, month, day] = [Number(y), Number(mo), Number(d)];
  const days = daysFromCivil(year, month, day);
  const back = civil(days);
  if (back.month !== month || back.day !== day || Number(h) > 23 || Number(mi) > 59 || Number(s) > 59)
    return null;
  const ms =
    Number(h) * 3_600_000 + Number(mi) * MINUTE_MS + Number(s) * 1000 + Number(fraction.padEnd(3, '0'));
  return days * DAY_MS + ms - offsetMs(zone);
}

function offsetMs(zone: string): number {
  if (zone === 'Z') return 0;
  const sign = zone.startsWith('-') ? -1 : 1;
  const digits = zone.replace(/\D/g, '');
  return sign * (Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2))) * MINUTE_MS;
}

function clockText(timeMs: number): string {
  const seconds = Math.floor(timeMs / 1000);
  return `${pad(Math.floor(seconds / 3600), 2)}:${pad(Math.floor(seconds / 60) % 60, 2)}:${pad(seconds % 60, 2)}`;
}

function pad(value: number, width: number): string {
  return String(value).padStart(width, '0');
}

/** Days since 1970-01-01 of a proleptic Gregorian date (Howard Hinnant, "chrono-compatible low-level date algorithms"). */
function daysFromCivil(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

function civil(days: number): { year: number; month: number; day: number } {
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shiftedMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1;
  const month = shiftedMonth + (shiftedMonth < 10 ? 3 : -9);
  return { year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day };
}
