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
  await desk.signIn(page.context());
  await page.goto(desk.url);
  await expect(page.getByRole('grid', { name: 'Net position' })).toBeVisible();
}

test('nothing of the book is shown or sent without a session', async ({ page }) => {
  const asked: string[] = [];
  page.on('request', (request) => asked.push(new URL(request.url()).pathname));
  page.on('websocket', (socket) => asked.push(socket.url()));
  await page.goto(desk.url);
  await expect(page.getByText('Nobody is signed in')).toBeVisible();
  await expect(page.getByRole('grid')).toHaveCount(0);
  const calls = asked.filter((path) => path.startsWith('/rpc') || path.startsWith('ws'));
  expect([...new Set(calls)].toSorted()).toEqual(['/rpc/auth/state', '/rpc/sessions/who']);
});

test('a setup code of the address does not stay in it', async ({ page }) => {
  await page.goto(`${desk.url}/?setup=1naz4-mwwzj`);
  await expect(page.getByRole('form', { name: 'Sign in' })).toBeVisible();
  expect(page.url()).toBe(`${desk.url}/`);
});

test('a locked screen has nothing of the book in the page, and says that a run goes on', async ({ page }) => {
  desk.state.run = 'running';
  await signIn(page);
  await expect(page.getByRole('status')).toContainText('RUN');
  await page.keyboard.press('F1');
  await expect(page.getByRole('dialog')).toBeVisible();
  await page.keyboard.press('Control+l');
  const cover = page.getByRole('form', { name: 'Screen locked' });
  await expect(cover).toContainText('Asha Kulkarni');
  await expect(cover.getByRole('status')).toContainText('625 of 1,204 rows over');
  expect(await page.content()).not.toMatch(/CL1\d{4}|NIFTY|RELIANCE/);
  await expect.poll(() => desk.sessions.live().map(({ lockedAtMs }) => lockedAtMs !== null)).toEqual([true]);
  await page.reload();
  await expect(cover).toBeVisible();
  await expect(page.getByRole('grid')).toHaveCount(0);
});

test('a screen that nobody touches warns, then covers itself, and stays so when the desk is gone', async ({
  page,
}) => {
  await page.clock.install();
  await signIn(page);
  await page.clock.fastForward('14:30');
  await expect(page.getByText(/⚠ locks in \d+s/)).toBeVisible();
  await page.clock.fastForward('00:45');
  await expect(page.getByRole('form', { name: 'Screen locked' })).toBeVisible();
  await expect.poll(() => desk.sessions.live().map(({ lockedAtMs }) => lockedAtMs !== null)).toEqual([true]);
  await desk.close();
  await expect(page.getByRole('alert')).toContainText('THE DESK DOES NOT ANSWER');
  await expect(page.getByRole('grid')).toHaveCount(0);
});

test('a session that ended elsewhere leads to the sign-in, which says why', async ({ page }) => {
  await signIn(page);
  desk.sessions.endAllOf('dealer-7', 'revoked', 'ravi');
  await expect(page.getByRole('alert')).toContainText('SIGNED OUT');
  await expect(page.getByRole('alert')).toContainText('session was ended');
  expect(await page.content()).not.toMatch(/CL1\d{4}|NIFTY|RELIANCE/);
});

test('signing out takes the cookie and begins the page anew', async ({ page, context }) => {
  await signIn(page);
  await page.keyboard.press('F12');
  await page.getByRole('dialog').getByRole('button', { name: 'Sign out' }).click();
  await expect(page.getByText('Nobody is signed in')).toBeVisible();
  expect(await context.cookies()).toEqual([]);
  expect(desk.sessions.live()).toEqual([]);
});

test('the admin view is an admin’s', async ({ page }) => {
  await signIn(page);
  await page.keyboard.press('Alt+a');
  await expect(page.getByText('That is for an admin')).toBeVisible();
  await expect(page.getByRole('tab', { name: /^Admin/ })).toHaveCount(0);
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
  const row = page.getByRole('row').filter({ hasText: '⚠ sources disagree: book +315, exchange +280' });
  await expect(row).toContainText('+280 or +315');
  await expect(row).toContainText('SELL 280');
  await expect(page.getByText('orders STOPPED')).toBeVisible();
  await expect(page.getByText('drop DOWN')).toBeVisible();
  await expect(page.getByText('1,284 facts not handed back')).toBeVisible();
});

test('a book that can not be fetched is never a flat book', async ({ page }) => {
  desk.state.broken = true;
  await desk.signIn(page.context());
  await page.goto(desk.url);
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

for (const [width, leftOut] of [
  [1280, ['Realised', 'Day', 'Carried', 'Age, from']],
  [1920, []],
] as const) {
  test(`at ${width} no cell of the net position is cut: whole columns are left out`, async ({ page }) => {
    await page.setViewportSize({ width, height: 800 });
    await signIn(page);
    for (const name of ['Realised', 'Day', 'Carried', 'Age, from', 'Warnings'] as const) {
      const isLeftOut = (leftOut as readonly string[]).includes(name);
      await expect(page.getByRole('columnheader', { name, exact: true })).toHaveCount(isLeftOut ? 0 : 1);
    }
    const grid = page.getByRole('grid', { name: 'Net position' });
    const cut = await grid
      .locator('.cell.numeric')
      .evaluateAll((cells) =>
        cells.filter((cell) => cell.scrollWidth > cell.clientWidth).map((cell) => cell.textContent),
      );
    expect(cut).toEqual([]);
    const off = await grid.locator('.grid-scroll').evaluate((box) => box.scrollWidth - box.clientWidth);
    expect(off).toBeLessThanOrEqual(0);
  });
}
