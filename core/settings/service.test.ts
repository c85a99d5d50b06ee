import { describe, expect, it } from 'vitest';
import { DeskConfig } from '#core/config.ts';
import { openScratch, scratchOptions } from '#core/journal/stage.ts';
import { scratchFolder } from '#core/journal/stage-folder.ts';
import { DEFAULT_CALENDAR } from '#core/model/calendar.ts';
import { CalendarConfig } from '#core/model/calendar-config.ts';
import { createSettings } from './service.ts';
import { settled } from './store.ts';

const venue = (port: number) => ({
  venue: 'nse-fo',
  version: '4.4',
  trades: [{ exchange: 'NSE', segment: 'FO' }],
  ratePerSecond: 10,
  orders: { host: '127.0.0.1', port, senderCompId: 'A', targetCompId: 'B' },
});
const CONFIG = DeskConfig.parse({ desk: 'D1', venues: [venue(9000)], policy: { requoteSteps: 5 } });
const two = { persons: ['ravi', 'meera'] };
const why = 'circular of 20 November';

describe('what persons change of the configuration', () => {
  it('is in force from the next start on, over what the file says, and both are named', () => {
    const folder = scratchFolder();
    const journal = openScratch(scratchOptions(folder.path));
    const settings = createSettings({ journal, config: CONFIG, calendar: null }).handlers;
    expect(settings.get()).toMatchObject({ policy: { requoteSteps: 5 }, changedAtNextStart: [] });

    const calendar = CalendarConfig.parse(DEFAULT_CALENDAR);
    const venues = DeskConfig.shape.venues.parse([venue(9001)]);
    settings.changePolicy({ policy: { requoteSteps: 7 }, why }, two);
    settings.changePolicy({ policy: { requoteSteps: 9, personsRequired: 2 }, why }, two);
    settings.changeCalendar({ calendar, why }, two);
    const shown = settings.changeGateway({ venues, why }, two);
    expect(shown).toMatchObject({
      ok: true,
      value: { policy: { requoteSteps: 5 }, changedAtNextStart: ['policy', 'calendar', 'gateway'] },
    });
    const facts = journal
      .read(0, 20)
      .map(({ fact }) => fact)
      .filter(({ kind }) => kind === 'settings-changed');
    expect(facts).toMatchObject([
      { kind: 'settings-changed', what: 'policy', by: ['ravi', 'meera'], why },
      { what: 'policy' },
      { what: 'calendar' },
      { what: 'gateway' },
    ]);

    const next = settled(journal.reader, CONFIG);
    expect(next.config.policy).toEqual({ requoteSteps: 9, personsRequired: 2 });
    expect(next.config.venues[0]?.orders.port).toBe(9001);
    expect(next.calendar).toEqual(calendar);
    journal.close();
  });

  it('is the file alone when nobody changed it', () => {
    const folder = scratchFolder();
    const journal = openScratch(scratchOptions(folder.path));
    expect(settled(journal.reader, CONFIG)).toEqual({ config: CONFIG, calendar: null });
    journal.close();
  });

  it('takes a calendar that was kept before it had a day and an hour of readiness', () => {
    const { clocks } = DEFAULT_CALENDAR;
    expect(CalendarConfig.parse({ clocks })).toEqual(DEFAULT_CALENDAR);
  });

  it('refuses a calendar whose segment ends before it opens', () => {
    const [first] = DEFAULT_CALENDAR.clocks;
    const wrong = { clocks: [{ ...first, openMinute: 900, continuousEndMinute: 555 }] };
    expect(CalendarConfig.safeParse(wrong).success).toBe(false);
  });
});
