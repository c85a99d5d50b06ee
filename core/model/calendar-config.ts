import { z } from 'zod';
import { DEFAULT_CALENDAR } from './calendar.ts';
import { Exchange, Segment } from './instrument.ts';

const MINUTES_A_DAY = 1440;
const Minute = z.int().min(0).max(MINUTES_A_DAY);

const Clock = z
  .object({
    segment: Segment,
    exchanges: z.array(Exchange).max(10),
    underlyings: z.array(z.string().min(1).max(40)).max(500),
    closingAuction: z.union([z.boolean(), z.literal('either')]),
    openMinute: Minute,
    continuousEndMinute: Minute,
    auction: z.object({ entryMinute: Minute, limitOnlyMinute: Minute, endMinute: Minute }).nullable(),
    misCutOffMinute: Minute,
    expiryEndMinute: Minute,
    usWinterMinutes: z.int().min(0).max(120),
  })
  .refine((clock) => clock.openMinute < clock.continuousEndMinute, {
    message: 'a segment opens before its continuous trading ends',
    path: ['continuousEndMinute'],
  });

/** The calendar of a desk as a person writes it: minutes from IST midnight; see calendar.ts for each field. */
export const CalendarConfig = z.object({
  clocks: z.array(Clock).min(1).max(100),
  readinessMinute: Minute.default(DEFAULT_CALENDAR.readinessMinute),
  holidays: z.array(z.iso.date()).max(366).default([]),
  specialDays: z.array(z.iso.date()).max(366).default([]),
});
export type CalendarConfig = z.infer<typeof CalendarConfig>;
