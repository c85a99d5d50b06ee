import { instantOf, istDate } from '#core/model/market-clock.ts';

const DAY_MS = 86_400_000;
const NOON = 12 * 60;
const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const WEEKLY_MONTHS = '123456789OND';
const TUESDAY = 2;

/** The date `days` after `date`, both `YYYY-MM-DD`. */
export function addDays(date: string, days: number): string {
  return istDate(instantOf(date, NOON) + days * DAY_MS);
}

/** 0 Sunday .. 6 Saturday. 1970-01-01 was a Thursday. */
export function weekday(date: string): number {
  return (Math.floor((instantOf(date, NOON) + 330 * 60_000) / DAY_MS) + 4) % 7;
}

/** The first Tuesday that is at least two days away: index options expire on Tuesdays. */
export function nextWeekly(date: string): string {
  let day = addDays(date, 2);
  while (weekday(day) !== TUESDAY) day = addDays(day, 1);
  return day;
}

/** The last Tuesday of the month, or of the next one when that is less than four days away. */
export function nextMonthly(date: string): string {
  const last = lastTuesday(date.slice(0, 7));
  if (last >= addDays(date, 4)) return last;
  return lastTuesday(addDays(`${date.slice(0, 7)}-28`, 5).slice(0, 7));
}

function lastTuesday(month: string): string {
  let day = addDays(`${addDays(`${month}-28`, 5).slice(0, 7)}-01`, -1);
  while (weekday(day) !== TUESDAY) day = addDays(day, -1);
  return day;
}

/** `26NOV`: year and month as trading symbols write a monthly expiry. */
export function monthlyCode(expiry: string): string {
  return `${expiry.slice(2, 4)}${MONTHS[Number(expiry.slice(5, 7)) - 1] ?? ''}`;
}

/** `26N24`: as trading symbols write a weekly expiry. */
export function weeklyCode(expiry: string): string {
  return `${expiry.slice(2, 4)}${WEEKLY_MONTHS[Number(expiry.slice(5, 7)) - 1] ?? ''}${expiry.slice(8, 10)}`;
}
