import { CalendarConfig } from '#core/model/calendar-config.ts';
import { DeskConfig } from '#core/config.ts';
import type { Reader, Tx } from '#core/journal/port.ts';
import type { SettingsChanged } from './events.ts';

/** The part's newest value; the row lies beside the log so that a start does not search all of it. */
export function keep(tx: Tx, { what, value }: SettingsChanged): void {
  tx.run(
    'INSERT INTO settings (what, value) VALUES (?, ?) ON CONFLICT (what) DO UPDATE SET value = excluded.value',
    what,
    value,
  );
}

/** `desk.json` with what persons changed of it since. A value that this build does not take is an error of the file. */
export function settled(
  reader: Reader,
  config: DeskConfig,
): { config: DeskConfig; calendar: CalendarConfig | null } {
  let now: DeskConfig = config;
  let calendar: CalendarConfig | null = null;
  for (const row of reader.all('SELECT what, value FROM settings')) {
    const value: unknown = JSON.parse(String(row['value']));
    if (row['what'] === 'policy') now = { ...now, policy: DeskConfig.shape.policy.parse(value) };
    if (row['what'] === 'gateway') now = { ...now, venues: DeskConfig.shape.venues.parse(value) };
    if (row['what'] === 'calendar') calendar = CalendarConfig.parse(value);
  }
  return { config: now, calendar };
}
