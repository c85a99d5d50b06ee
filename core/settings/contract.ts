import { DeskConfig, PolicyConfig } from '#core/config.ts';
import { oc } from '#core/lib/procedure.ts';
import { CalendarConfig } from '#core/model/calendar-config.ts';
import { z } from 'zod';

const Why = z.string().trim().min(5).max(500);

/** What is in force now, and what waits for the next start. */
export const SettingsShown = z.object({
  policy: PolicyConfig,
  calendar: CalendarConfig.nullable(),
  gateway: DeskConfig.shape.venues,
  changedAtNextStart: z.array(z.enum(['policy', 'calendar', 'gateway'])),
});
export type SettingsShown = z.infer<typeof SettingsShown>;

/** A change of what the desk may do has a maker and a checker (policy of approvals); it is in force from the next start on. */
export const settingsContract = {
  get: oc.meta({ permission: 'settings.read', accounts: 'none' }).output(SettingsShown),
  changePolicy: oc
    .meta({ permission: 'settings.write', accounts: 'none', action: 'policy' })
    .input(z.object({ policy: PolicyConfig, why: Why }))
    .output(SettingsShown),
  changeCalendar: oc
    .meta({ permission: 'settings.write', accounts: 'none', action: 'calendar' })
    .input(z.object({ calendar: CalendarConfig, why: Why }))
    .output(SettingsShown),
  changeGateway: oc
    .meta({ permission: 'settings.write', accounts: 'none', action: 'gateway' })
    .input(z.object({ venues: DeskConfig.shape.venues, why: Why }))
    .output(SettingsShown),
};
