import { expect, test, type Page } from '@playwright/test';
import { startFakeDesk } from './fake-desk.ts';

/** The screen against a desk without services: what it shows of states that a real desk is seldom in. */
type FakeDesk = Awaited<ReturnType<typeof startFakeDesk>>;

let desk: FakeDesk;
test.beforeEach(async () => {
  desk = await startFakeDesk({ positions: 10_000 });
});
test.afterEach(async () => {
  await desk.close();
});

async function signIn(page: Page): Promise<void> {
  await page.goto(`${desk.url}/#token=${desk.token()}`);
  await expect(page.getByRole('grid', { name: 'Net position' })).toBeVisible();
}

test('nothing is shown without a session, and the token works once', async ({ page, context }) => {
  const token = desk.token();
  await page.goto(desk.url);
  await expect(page.getByText('Nobody is signed in')).toBeVisible();
  await page.getByLabel('One-time token').fill('not-this-one');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('alert')).toContainText('unknown, used or too old');
  await page.getByLabel('One-time token').fill(token);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('grid', { name: 'Net position' })).toBeVisible();
  await context.clearCookies();
  await page.goto(`${desk.url}/?token=${token}`);
  await expect(page.getByRole('alert')).toContainText('unknown, used or too old');
  expect(page.url()).not.toContain(token);
});

test('ten thousand rows are drawn a screen at a time, filtered and selected by keyboard', async ({
  page,
}) => {
  await signIn(page);
  const grid = page.getByRole('grid', { name: 'Net position' });
  expect(await grid.getByRole('row').count()).toBeLessThan(90);
  await page.keyboard.press('/');
  await page.keyboard.type('CL10003 NIFTY');
  await expect(page.getByText(/^2 of 10000 rows/)).toBeVisible();
  await grid.focus();
  await page.keyboard.press('Control+a');
  await expect(page.getByText('2 selected')).toBeVisible();
  await page.keyboard.press('Home');
  await page.keyboard.press('Space');
  await expect(page.getByText('1 selected')).toBeVisible();
});

test('what is uncertain is said in words, not only in colour', async ({ page }) => {
  await signIn(page);
  await expect(page.getByText('✖ UNPROVEN').first()).toBeVisible();
  await expect(page.getByText(/⚠ no cut, ⚠ sign in doubt/).first()).toBeVisible();
  await expect(page.getByText('orders STOPPED')).toBeVisible();
  await expect(page.getByText('drop DOWN')).toBeVisible();
  await expect(page.getByText('1284 facts not handed back')).toBeVisible();
});

test('a book that can not be fetched is never a flat book', async ({ page }) => {
  desk.state.broken = true;
  await page.goto(`${desk.url}/#token=${desk.token()}`);
  await expect(page.getByText('COULD NOT FETCH positions')).toBeVisible();
  await expect(page.getByRole('grid')).toHaveCount(0);
  await expect(page.getByText(/holds no positions/)).toHaveCount(0);
});

test('a screen that has lost its desk says so and keeps what it knew as old', async ({ page }) => {
  await signIn(page);
  await desk.close();
  await expect(page.getByText('THIS SCREEN HAS LOST THE DESK')).toBeVisible();
  await expect(page.getByText(/OLD: positions as of/)).toBeVisible();
});

test('declaring main lost needs a reason and the words typed back', async ({ page }) => {
  await signIn(page);
  await page.keyboard.press('Alt+L');
  const declare = page.getByRole('button', { name: /Declare main lost/ });
  await expect(declare).toBeDisabled();
  await page.getByLabel(/Reason/).fill('OMS silent since 14:49');
  await expect(declare).toBeDisabled();
  await page.getByLabel(/to confirm/).fill('MAIN LOST');
  await page.keyboard.press('Enter');
  await expect(page.getByText('! EMERGENCY')).toBeVisible();
});

test('keys are shown, and another key can be chosen and is kept', async ({ page }) => {
  await signIn(page);
  await page.keyboard.press('Alt+K');
  const row = page.getByRole('row', { name: /Messages/ });
  await row.getByRole('button').click();
  await page.keyboard.press('F3');
  await expect(page.getByRole('alert')).toContainText('F3 is already “Orders”');
  await row.getByRole('button').click();
  await page.keyboard.press('F11');
  await page.keyboard.press('Escape');
  await page.reload();
  await expect(page.getByRole('tab', { name: 'Messages F11' })).toBeVisible();
  await page.keyboard.press('F11');
  await expect(page.getByRole('tab', { name: 'Messages F11' })).toHaveAttribute('aria-selected', 'true');
});

test('nothing loads from elsewhere and no script breaks the content policy', async ({ page }) => {
  const strange: string[] = [];
  page.on('request', (request) => {
    if (!request.url().startsWith(desk.url) && !request.url().startsWith('data:'))
      strange.push(request.url());
  });
  page.on('console', (message) => {
    if (/content.security.policy/i.test(message.text())) strange.push(message.text());
  });
  await signIn(page);
  await page.keyboard.press('F10');
  await page.keyboard.press('Alt+S');
  await expect(page.getByRole('dialog')).toBeVisible();
  expect(strange).toEqual([]);
});
