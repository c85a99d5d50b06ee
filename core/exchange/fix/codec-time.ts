/**
 * FIX times (UTCTimestamp) to and from epoch milliseconds, without the platform's Date: core has no clock, and this
 * is on the path of every message. Civil dates by the era arithmetic of the proleptic Gregorian calendar.
 */
const MS_PER_DAY = 86_400_000;

const pad2 = (value: number): string => (value < 10 ? `0${value}` : `${value}`);
const pad3 = (value: number): string => (value < 100 ? `0${pad2(value)}` : `${value}`);

function dayText(day: number): string {
  const shifted = day + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1_460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const dayOfMonth = dayOfYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1;
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  return `${String(year).padStart(4, '0')}${pad2(month)}${pad2(dayOfMonth)}`;
}

/** The text of the last second asked for: messages come many to a second, and each says its time. */
let lastSecond = { at: -1, text: '' };

/** `YYYYMMDD-HH:MM:SS.sss` in UTC of epoch milliseconds. */
export function formatUtc(atMs: number): string {
  const at = Math.floor(atMs / 1_000);
  if (at !== lastSecond.at) lastSecond = { at, text: secondText(at) };
  return `${lastSecond.text}.${pad3(Math.floor(atMs) - at * 1_000)}`;
}

function secondText(at: number): string {
  const day = Math.floor(at / 86_400);
  let rest = at - day * 86_400;
  const second = rest % 60;
  rest = (rest - second) / 60;
  const minute = rest % 60;
  return `${dayText(day)}-${pad2((rest - minute) / 60)}:${pad2(minute)}:${pad2(second)}`;
}

/** The number in `count` digits of `text` from `from`, or -1 if any is not a digit. */
function digits(text: string, from: number, count: number): number {
  let value = 0;
  for (let at = from; at < from + count; at += 1) {
    const digit = text.charCodeAt(at) - 48;
    if (!(digit >= 0 && digit <= 9)) return -1;
    value = value * 10 + digit;
  }
  return value;
}

function daysInMonth(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** Days since 1970-01-01 of `YYYYMMDD` at `from`, or undefined if it is no date. */
function parseDay(text: string): number | undefined {
  const year = digits(text, 0, 4);
  const month = digits(text, 4, 2);
  const dayOfMonth = digits(text, 6, 2);
  if (year < 0 || month < 1 || month > 12) return undefined;
  if (dayOfMonth < 1 || dayOfMonth > daysInMonth(year, month)) return undefined;
  const marchYear = month <= 2 ? year - 1 : year;
  const era = Math.floor(marchYear / 400);
  const yearOfEra = marchYear - era * 400;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + dayOfMonth - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

/** Milliseconds of the day of `HH:MM:SS` with an optional fraction of 3, 6 or 9 digits, or undefined. */
export function parseUtcTime(text: string): number | undefined {
  const hour = digits(text, 0, 2);
  const minute = digits(text, 3, 2);
  const second = digits(text, 6, 2);
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60) return undefined;
  if (text.charCodeAt(2) !== 58 || text.charCodeAt(5) !== 58) return undefined;
  const ms = (hour * 60 + minute) * 60_000 + second * 1_000;
  if (text.length === 8) return ms;
  const fraction = text.length - 9;
  if (text.charCodeAt(8) !== 46 || (fraction !== 3 && fraction !== 6 && fraction !== 9)) return undefined;
  if (digits(text, 9, fraction) < 0) return undefined;
  return ms + digits(text, 9, 3);
}

/** Is `text` a date as `YYYYMMDD`? */
export function isUtcDate(text: string): boolean {
  return text.length === 8 && parseDay(text) !== undefined;
}

/** Epoch milliseconds of `YYYYMMDD-HH:MM:SS[.sss[sss[sss]]]`, or undefined if it is no such time. */
export function parseUtc(text: string): number | undefined {
  if (text.charCodeAt(8) !== 45) return undefined;
  const day = parseDay(text);
  const time = parseUtcTime(text.slice(9));
  return day === undefined || time === undefined ? undefined : day * MS_PER_DAY + time;
}
