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
