import { expect, test, type Page } from '@playwright/test';
import { startFakeDesk } from './fake-desk.ts';

/** What the keyboard is at work on: after a dialog, out of the filter, and what an exit takes of the selected. */
let desk: Awaited<ReturnType<typeof startFakeDesk>>;
test.beforeEach(async ({ page, context }) => {
  desk = await startFakeDesk({ positions: 600 });
  await desk.signIn(context);
  await page.goto(desk.url);
  await expect(grid(page)).toBeVisible();
});
test.afterEach(async () => {
  await desk.close();
});

function grid(page: Page) {
  return page.getByRole('grid', { name: 'Net position' });
}

for (const [dialog, key] of [
  ['a ticket', 'F1'],
  ['an exit', 'F9'],
  ['the mode', 'Alt+L'],
  ['the keys', 'Alt+K'],
  ['the own account', 'F12'],
] as const) {
  test(`after ${dialog} the next key is the table's again`, async ({ page }) => {
    await grid(page).focus();
    await page.keyboard.press('Home');
    await page.keyboard.press(key);
    await expect(page.getByRole('dialog')).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(page.getByRole('dialog')).toHaveCount(0);
    await expect(grid(page)).toBeFocused();
    await page.keyboard.press('Space');
    await expect(page.getByText('1 selected')).toBeVisible();
  });
}

test('a dialog that its own view is gone from leaves the focus to the table that came', async ({ page }) => {
  await grid(page).focus();
  await page.keyboard.press('Shift+F9');
  await page.keyboard.press('Enter');
  const wanted = await page.locator('.read-back strong').innerText();
  await page.getByLabel(/to confirm/).fill(wanted);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('grid', { name: 'Open rows of the run' })).toBeFocused();
});

test('a selection is what the filter shows, and what it hides of one is said before an exit', async ({
  page,
}) => {
  const filter = page.getByPlaceholder('account, contract, product …');
  await page.keyboard.press('Control+a');
  await expect(page.getByText('549 selected')).toBeVisible();
  await page.keyboard.press('/');
  await page.keyboard.type('CL10003');
  await expect(page.getByText('549 selected ⚠ 547 of these are hidden by the filter')).toBeVisible();
  await page.keyboard.press('F9');
  const exit = page.getByRole('dialog', { name: 'Exit 549 selected' });
  await expect(exit.getByText('⚠ 547 of these are hidden by the filter')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(filter).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(grid(page)).toBeFocused();
  await page.keyboard.press('Control+a');
  await expect(page.getByText('2 selected')).toBeVisible();
  await expect(page.getByText('hidden by the filter')).toHaveCount(0);
  await page.keyboard.press('Control+a');
  await expect(page.getByText('2 selected')).toBeVisible();
  await page.keyboard.press('F9');
  await expect(page.getByRole('dialog', { name: 'Exit 2 selected' })).toBeVisible();
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');
  await expect(page.getByText('0 selected')).toBeVisible();
  await page.keyboard.press('F9');
  await expect(page.getByRole('dialog', { name: 'Exit the row under the cursor' })).toBeVisible();
});

test('out of the filter: Enter and the arrow go to the table, Escape clears and then goes, too', async ({
  page,
}) => {
  const filter = page.getByPlaceholder('account, contract, product …');
  for (const key of ['Enter', 'ArrowDown']) {
    await page.keyboard.press('/');
    await expect(filter).toBeFocused();
    await page.keyboard.press(key);
    await expect(grid(page)).toBeFocused();
  }
  await page.keyboard.press('/');
  await page.keyboard.type('CL10003');
  await page.keyboard.press('Escape');
  await expect(filter).toHaveValue('');
  await expect(filter).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(grid(page)).toBeFocused();
});

test('the cursor stays on its row when the table is sorted', async ({ page }) => {
  await grid(page).focus();
  for (let n = 0; n < 3; n += 1) await page.keyboard.press('ArrowDown');
  const row = await grid(page).getAttribute('aria-activedescendant');
  await page.getByRole('columnheader', { name: 'Contract' }).click();
  await expect(page.getByRole('columnheader', { name: 'Contract ▲' })).toBeVisible();
  await expect(grid(page)).toHaveAttribute('aria-activedescendant', row ?? '');
});
