import type { DeskConfig, PolicyConfig } from '#core/config.ts';
import type { Journal, JournalRefusal } from '#core/journal/port.ts';
import { ok } from '#core/lib/result.ts';
import type { Result } from '#core/lib/result.ts';
import type { CalendarConfig } from '#core/model/calendar-config.ts';
import type { SettingsShown } from './contract.ts';
import type { SettingsChanged } from './events.ts';
import { keep } from './store.ts';

export interface SettingsDeps {
  readonly journal: Pick<Journal, 'append'>;
  /** In force since the start. */
  readonly config: DeskConfig;
  readonly calendar: CalendarConfig | null;
}

interface Context {
  readonly persons: readonly string[];
}

type What = SettingsChanged['what'];

/** What the desk is configured to do: shown, and changed for the next start by maker and checker. */
export function createSettings(deps: SettingsDeps) {
  const changed = new Set<What>();

  const shown = (): SettingsShown => ({
    policy: deps.config.policy,
    calendar: deps.calendar,
    gateway: deps.config.venues,
    changedAtNextStart: [...changed],
  });
  const change = (
    what: What,
    value: unknown,
    why: string,
    by: readonly string[],
  ): Result<SettingsShown, JournalRefusal> => {
    const fact: SettingsChanged = {
      kind: 'settings-changed',
      v: 1,
      what,
      value: JSON.stringify(value),
      why,
      by,
    };
    const kept = deps.journal.append([fact], (tx) => keep(tx, fact));
    if (!kept.ok) return kept;
    changed.add(what);
    return ok(shown());
  };

  return {
    handlers: {
      get: shown,
      changePolicy: (asked: { readonly policy: PolicyConfig; readonly why: string }, { persons }: Context) =>
        change('policy', asked.policy, asked.why, persons),
      changeCalendar: (
        asked: { readonly calendar: CalendarConfig; readonly why: string },
        { persons }: Context,
      ) => change('calendar', asked.calendar, asked.why, persons),
      changeGateway: (
        asked: { readonly venues: DeskConfig['venues']; readonly why: string },
        { persons }: Context,
      ) => change('gateway', asked.venues, asked.why, persons),
    },
  };
}
