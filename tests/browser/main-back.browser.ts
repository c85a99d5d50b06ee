import { expect, test, type BrowserContext, type Page } from '@playwright/test';
import { startFakeDesk } from './fake-desk.ts';
import { fakeDoubleCloses } from './fake-sync-rows.ts';

/** What the screen says of main while the desk is not in HANDBACK, and that a small screen cuts nothing off. */
let desk: Awaited<ReturnType<typeof startFakeDesk>>;
test.beforeEach(async () => {
  desk = await startFakeDesk({ positions: 20 });
});
test.afterEach(async () => {
  await desk.close();
});

async function open(page: Page, context: BrowserContext): Promise<void> {
  await desk.signIn(context, 'ravi');
  await page.goto(desk.url);
  await expect(page.getByRole('grid', { name: 'Net position' })).toBeVisible();
}

test('main’s return is offered in an emergency, and nothing is said to be handed back before', async ({
  page,
  context,
}) => {
  desk.state.mode = 'EMERGENCY';
  desk.sync.outageForMs = 120_000;
  desk.sync.doubleCloses = fakeDoubleCloses();
  await open(page, context);
  // The book is old by rule now: that is no alarm.
  await expect(page.getByText(/main’s book is of \d\d:\d\d/)).toBeVisible();
  await expect(page.getByText('BOOK STALE')).toHaveCount(0);
  const clock = page.getByRole('timer', { name: 'Outage of main' });
  await expect(clock).toContainText('✖ MAIN OUT');
  const strip = page.getByRole('status', { name: 'Handback' });
  await expect(strip).toContainText('✖ 2 CLOSED TWICE');
  await expect(strip).not.toContainText('HANDBACK');
  await expect(strip).not.toContainText('facts at main');

  desk.sync.mainIsBack = true;
  await expect(clock).toContainText('● MAIN ANSWERS AGAIN');
  await expect(clock).not.toContainText('MAIN OUT');
  await expect(clock).toContainText('outage until it is accepted: 2m');
  await page.keyboard.press('Alt+h');
  const view = page.getByRole('region', { name: 'Handback', exact: true });
  await expect(view).toContainText('nothing is handed over in EMERGENCY');
  await expect(view.getByRole('tab', { name: /Differences/ })).toContainText('?');
  await expect(view.getByRole('button', { name: /Compare/ })).toHaveCount(0);
  await clock.getByRole('button', { name: /Accept it back/ }).press('Enter');
  await expect(page.getByRole('dialog', { name: 'Declare main back' })).toBeVisible();
});

test('main is not declared back unheard without a word, and many signs of life leave room to answer', async ({
  page,
  context,
}) => {
  desk.state.mode = 'EMERGENCY';
  desk.sync.alive = Array.from({ length: 180 }, (_, n) => `drop copy shows a new order 11000000000${n}`);
  await open(page, context);
  await page.keyboard.press('Alt+l');
  const dialog = page.getByRole('dialog', { name: 'Declare main back' });
  await expect(dialog).toContainText('This desk does not hear main on its link');
  await expect(dialog.getByRole('alert')).toContainText('Signs of life from main: 180');
  await expect(dialog.getByLabel(/^Reason/)).toBeInViewport({ ratio: 1 });
  await expect(dialog.getByRole('button', { name: /^Declare main back/ })).toBeInViewport({ ratio: 1 });
});

test('a file that is an old copy says so on every view, with the way out', async ({ page, context }) => {
  desk.state.mode = 'STANDBY';
  desk.sync.oldCopy =
    'Main has facts up to seq 4711; this file ends at seq 40. Two persons may open a new epoch (npm run epoch).';
  await open(page, context);
  const strip = page.getByRole('status', { name: 'Handback' });
  await expect(strip).toContainText('✖ THIS FILE IS AN OLD COPY');
  await strip.getByRole('button', { name: /Open/ }).press('Enter');
  const view = page.getByRole('region', { name: 'Handback', exact: true });
  await expect(view.getByRole('alert', { name: 'Old copy' })).toContainText('npm run epoch');
  await expect(view).not.toContainText('main has every fact');
});

test('in STANDBY nothing is asked of main, and no emergency is said to be over', async ({
  page,
  context,
}) => {
  desk.state.mode = 'STANDBY';
  await open(page, context);
  await expect(page.getByRole('button', { name: /STANDBY/ })).toContainText('does not trade');
  await page.keyboard.press('Alt+h');
  const view = page.getByRole('region', { name: 'Handback', exact: true });
  await expect(view).toContainText('main may trade its own book');
  await expect(view.getByRole('button', { name: /Ask main/ })).toHaveCount(0);
  await expect(view.getByText('emergency is over')).toHaveCount(0);
});

for (const width of [1024, 1440]) {
  test(`at ${width} nothing stands beyond the right edge`, async ({ page, context }) => {
    desk.state.mode = 'HANDBACK';
    desk.sync.scope = { segments: ['NSE:CM', 'NSE:FO', 'NSE:CD', 'MCX:COM'], accounts: [] };
    desk.sync.doubleCloses = fakeDoubleCloses();
    await page.setViewportSize({ width, height: 768 });
    await open(page, context);
    await expect(page.getByRole('button', { name: /HANDBACK/ })).toContainText('MCX commodity, all accounts');
    await page.keyboard.press('Alt+h');
    await expect(page.getByRole('alert', { name: 'Closed twice' })).toBeVisible();
    for (const name of ['Admin', 'Handback', 'Approvals']) {
      const tab = page
        .getByRole('tablist', { name: 'Screens' })
        .getByRole('tab', { name: new RegExp(`^${name}`) });
      await expect(tab).toBeInViewport({ ratio: 1 });
    }
    await expect(page.getByRole('button', { name: /Ask main/ })).toBeInViewport({ ratio: 1 });
    const beyond = await page.evaluate(
      (most) =>
        [...document.querySelectorAll('.top-bar *, .tabs *, .view > *')].filter(
          (one) => one.getBoundingClientRect().right > most + 1,
        ).length,
      width,
    );
    expect(beyond).toBe(0);
    const countdowns = await page.locator('.countdowns').evaluate((one) => one.scrollWidth - one.clientWidth);
    expect(countdowns, 'no countdown is cut off').toBeLessThanOrEqual(0);
  });
}
