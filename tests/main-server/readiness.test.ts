import { createRouterClient } from '@orpc/server';
import { beforeEach, expect, it, onTestFinished } from 'vitest';
import { createApp, DeskConfig } from '#core/app.ts';
import type { Host } from '#core/host.ts';
import { instantOf } from '#core/model/market-clock.ts';
import { makeBook } from '#drill/book/make.ts';
import { writeBook } from '#drill/book/write.ts';
import { deskConfig, plainVenue } from '#drill/world/desk-config.ts';
import { createHost } from '#main/host.ts';
import { simulationSecrets } from '#main/secrets-simulation.ts';
import { MainStage } from './main-stage.ts';

const DATE = '2026-11-23';
const BOOK = makeBook({ seed: 3, accounts: 4, positions: 12, tradingDate: DATE });
/** Nobody listens there. */
const NO_EXCHANGE = { host: '127.0.0.1', port: 9, sender: 'D', target: 'X', version: '4.4' } as const;
const WAIT_MS = 20_000;

let main: MainStage;
beforeEach(async () => {
  main = new MainStage();
  // Of the morning in which the desk looks at it.
  writeBook({ ...BOOK, asOfMs: instantOf(DATE, 8 * 60 + 30) }, main.path('book'));
  await main.start([`--book=${main.path('book')}`]);
});

/** The product's composer over a clock that goes on from 08:40 IST of the book's day, and jumps where a test says so. */
function clockedHost() {
  const data = main.path('desk');
  const clock = { aheadMs: 0 };
  const errors: string[] = [];
  const ticks = new Set<() => void>();
  const host = createHost({
    data,
    screen: null,
    secrets: simulationSecrets(data),
    clockOffsetMs: instantOf(DATE, 8 * 60 + 40) - Date.now(),
    reached: () => undefined,
  });
  const clocked: Host = {
    ...host,
    now: () => host.now() + clock.aheadMs,
    monotonicMs: () => host.monotonicMs() + clock.aheadMs,
    every(everyMs, tick) {
      ticks.add(tick);
      const end = host.every(everyMs, tick);
      return () => {
        ticks.delete(tick);
        end();
      };
    },
    log: {
      ...host.log,
      error: (message, details) => void errors.push(`${message}: ${String(details?.['why'])}`),
    },
  };
  return {
    host: clocked,
    errors,
    jump: (ms: number): void => {
      clock.aheadMs += ms;
      for (const tick of ticks) tick();
    },
  };
}

async function startDesk(host: Host) {
  await host.secrets.set('main-token', Buffer.from('a token of a test'));
  const venue = plainVenue(BOOK.instruments, NO_EXCHANGE, { ratePerSecond: null, burstMax: 10 });
  const config = DeskConfig.parse({ ...deskConfig(BOOK, venue), desk: 'D1', main: { url: main.url } });
  const created = await createApp(host, config, { build: 'test' });
  if (!created.ok) throw new Error(created.refusal.text);
  const app = created.value;
  app.start();
  let running = true;
  const stop = async (): Promise<void> => {
    if (running) await app.stop();
    running = false;
  };
  onTestFinished(stop);
  const calls = createRouterClient(app.router, {
    context: { origin: { wire: 'process', address: '' }, credential: () => null, carry: () => undefined },
  });
  return {
    calls,
    stop,
    failing: async (): Promise<string[]> =>
      (await calls.desk.readiness()).checks.flatMap(({ check, ok }) => (ok ? [] : [check])),
    checked: async () => {
      const feed = await calls.desk.follow({ afterSeq: 0 });
      for await (const { entries } of feed)
        return entries.flatMap(({ fact }) => (fact.kind === 'readiness-checked' ? [fact] : []));
      return [];
    },
  };
}

it('a book that grows stale is said in readiness, and at 08:45 it is a fact, once, over a restart', async () => {
  const { host, errors, jump } = clockedHost();
  const desk = await startDesk(host);
  // Nobody is let in at this desk, and its exchange is not there: the rest comes from main.
  const rest = ['exchange-sessions', 'persons', 'exchange-ids'];
  await expect.poll(desk.failing, { timeout: WAIT_MS }).toEqual(rest);
  expect(await desk.calls.desk.readiness()).toMatchObject({ ready: false, due: false });

  await main.ask({ do: 'scenario', name: 'frozen' });
  jump(4 * 60_000);
  await expect.poll(desk.failing, { timeout: WAIT_MS }).toContain('book');
  const { book } = await desk.calls.sync.status();
  const { checks } = await desk.calls.desk.readiness();
  expect(book?.stale).toBe(true);
  expect(checks.find(({ check }) => check === 'book')?.text).toMatch(/^Main's book is stale: no (word|link)/);
  expect(await desk.checked()).toEqual([]);

  jump(2 * 60_000);
  await expect.poll(async () => (await desk.checked()).length, { timeout: WAIT_MS }).toBe(1);
  const [fact] = await desk.checked();
  expect(fact).toMatchObject({ tradingDate: DATE, ready: false });
  expect(fact?.failing.map(({ check }) => check)).toContain('book');
  expect(errors.filter((text) => text.startsWith('THE DESK IS NOT READY'))).toHaveLength(1);
  expect(errors.join()).toContain("Main's book is stale");

  await desk.stop();
  const again = await startDesk(host);
  jump(5 * 60_000);
  jump(5 * 60_000);
  expect(await again.checked()).toHaveLength(1);
});
