import { expect, test, type Page } from '@playwright/test';
import { startFakeDesk } from './fake-desk.ts';

/** Exits as the screen shows them, against a desk without services: every warning at once. */
let desk: Awaited<ReturnType<typeof startFakeDesk>>;
test.beforeEach(async ({ page, context }) => {
  desk = await startFakeDesk({ positions: 600 });
  await desk.signIn(context);
  await page.goto(desk.url);
  await expect(page.getByRole('grid', { name: 'Net position' })).toBeVisible();
});
test.afterEach(async () => {
  await desk.close();
});

async function approveAll(page: Page): Promise<void> {
  await page.keyboard.press('Shift+F9');
  await page.keyboard.press('Enter');
  const wanted = await page.locator('.read-back strong').innerText();
  await page.getByLabel(/to confirm/).fill(wanted);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('region', { name: 'Live run' })).toBeVisible();
}

test('a dry run says what will not be closed and why, and what misses its deadline', async ({ page }) => {
  await page.keyboard.press('Shift+F9');
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog');
  await expect(dialog.getByText('✖ MISSED').first()).toBeVisible();
  await expect(dialog.getByText('⚠ no authority').first()).toBeVisible();
  await expect(dialog.getByText('⚠ 240 %').first()).toBeVisible();
  await expect(dialog.getByText(/limit price prot/).first()).toBeVisible();
  const approve = dialog.getByRole('button', { name: /Approve and run/ });
  await expect(approve).toBeDisabled();
  await dialog.getByLabel(/to confirm/).fill('EXIT 1');
  await expect(approve).toBeDisabled();
});

test('a plan that closes nothing asks for no confirmation and says so', async ({ page }) => {
  await page.keyboard.press('/');
  await page.keyboard.type('NRML');
  await page.keyboard.press('Enter');
  await page.keyboard.press('F9');
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel(/^Reference/).fill('call 8841');
  await dialog.getByRole('button', { name: /Dry run/ }).click();
  await expect(dialog).toContainText('Nothing to approve: this exit closes no row and sends nothing');
  await expect(dialog.getByLabel(/to confirm/)).toHaveCount(0);
  await expect(dialog.getByRole('button', { name: /Approve and run/ })).toHaveCount(0);
});

test('an exit of chosen rows asks for the authority and for the read-back of unproven ones', async ({
  page,
}) => {
  const grid = page.getByRole('grid', { name: 'Net position' });
  await grid.focus();
  for (let n = 0; n < 5; n += 1) await page.keyboard.press('Space');
  await page.keyboard.press('F9');
  const dialog = page.getByRole('dialog', { name: 'Exit 5 selected' });
  await expect(dialog.getByPlaceholder('✖ UNPROVEN: type the net')).toBeVisible();
  await expect(dialog.getByRole('button', { name: /Dry run/ })).toBeDisabled();
  await dialog.getByLabel(/^Reference/).fill('call 8841');
  await dialog.getByRole('button', { name: /Dry run/ }).click();
  await expect(dialog.getByText('rows to close')).toBeVisible();
});

test('a run is seen from every screen, and one key pauses it', async ({ page }) => {
  await approveAll(page);
  await page.keyboard.press('F4');
  await expect(page.getByRole('status')).toContainText('RUN');
  await expect(page.getByRole('status')).toContainText('? in doubt 2');
  await expect(page.getByRole('status')).toContainText('flat by');
  await page.keyboard.press('Alt+P');
  await expect(page.getByText('Paused: nothing more is released')).toBeVisible();
  await expect(page.getByRole('status')).toContainText('RUN PAUSED');
});

test('orders in doubt are in quarantine, counted on their tab, and never called done or failed', async ({
  page,
}) => {
  await approveAll(page);
  await expect(page.getByRole('tab', { name: /In doubt/ })).toContainText('2');
  await page.keyboard.press('F7');
  const view = page.getByRole('region', { name: 'In doubt' });
  await expect(view.getByText('Do not punch them again')).toBeVisible();
  await expect(view.getByText('? IN DOUBT')).toHaveCount(2);
  await view.getByRole('button', { name: 'Decide…' }).first().click();
  await expect(page.getByRole('button', { name: /^Decide/ }).last()).toBeDisabled();
});

test('the leftovers board names each row, its reason and who took it on', async ({ page }) => {
  await approveAll(page);
  await page.keyboard.press('F6');
  await expect(page.getByText('13 wait for a person')).toBeVisible();
  await expect(page.getByText('⚠ odd lot').first()).toBeVisible();
  await expect(page.getByText('✖ nobody yet').first()).toBeVisible();
  await page.getByRole('button', { name: /Also those taken on/ }).click();
  await expect(page.getByText(/✓ give to rms, dealer-7/)).toBeVisible();
});

test('a ticket is filled in from the row, warns of the wrong side and is read back before it goes', async ({
  page,
}) => {
  await page.getByRole('grid', { name: 'Net position' }).focus();
  await page.keyboard.press('Home');
  await page.keyboard.press('F2');
  await expect(page.getByRole('dialog')).toContainText('closed by a BUY');
  await page.keyboard.press('Escape');
  await page.keyboard.press('F1');
  const dialog = page.getByRole('dialog', { name: 'BUY to close' });
  await expect(dialog.getByLabel(/^Quantity/)).toHaveValue('65');
  await dialog.getByLabel(/^Reference/).fill('call 8841');
  await page.keyboard.press('Enter');
  await expect(dialog).toContainText(
    'Read back: BUY 65 NSE:NIFTY26NOV25000CE MIS for CL10000, at 182.45 or better',
  );
  await page.keyboard.press('Enter');
  await expect(dialog.getByRole('alert')).toContainText('NOT DONE: A fake desk does not do this.');
});

test('an exit that policy gives to two waits for the second person, and then runs by itself', async ({
  page,
  browser,
  context,
}) => {
  await desk.close();
  desk = await startFakeDesk({ positions: 60, identity: { approvals: { exit: 'two' } } });
  await desk.signIn(context);
  await page.goto(desk.url);
  const other = await browser.newContext();
  await desk.signIn(other, 'dealer-8');
  const second = await other.newPage();
  await second.goto(desk.url);

  const asked = async (): Promise<void> => {
    await page.keyboard.press('Shift+F9');
    await page.keyboard.press('Enter');
    const wanted = await page.locator('.read-back strong').innerText();
    await page.getByLabel(/to confirm/).fill(wanted);
    await page.keyboard.press('Enter');
    await expect(page.getByRole('dialog', { name: 'Second person needed' })).toBeVisible();
  };
  await asked();
  await expect(second.getByText('1 to agree to')).toBeVisible();
  await second.keyboard.press('Alt+g');
  await expect(second.getByRole('region', { name: 'Approvals' })).toContainText('Exit positions');
  await second.getByRole('button', { name: 'Refuse…' }).click();
  await second.getByLabel(/^Why not/).fill('wrong plan');
  await second.keyboard.press('Enter');
  await expect(page.getByRole('alert')).toContainText('REFUSED by a second person');
  expect(desk.state.run).toBe('none');
  await page.keyboard.press('Escape');
  await expect(page.getByRole('alert')).toContainText('NOT DONE');
  await page.keyboard.press('Escape');

  await asked();
  await expect(page.getByRole('tab', { name: /Approvals/, includeHidden: true })).toContainText('0');
  await second.getByRole('button', { name: 'Give…' }).click();
  await second.getByLabel(/to confirm/).fill(await second.locator('.read-back strong').innerText());
  await second.keyboard.press('Enter');
  await expect(page.getByRole('region', { name: 'Live run' })).toBeVisible();
});

test('what working orders have already is not offered again, by the table or by a ticket', async ({
  page,
}) => {
  await page.keyboard.press('/');
  await page.keyboard.type('CL10002 BANKNIFTY');
  await page.keyboard.press('Enter');
  const row = page.getByRole('row').filter({ hasText: 'CL10002' });
  await expect(row).toContainText('⋯ BUY 210');
  await expect(row.getByTitle('245 closable, 35 reserved by working orders')).toBeVisible();
  await page.keyboard.press('F1');
  const dialog = page.getByRole('dialog', { name: 'BUY to close' });
  await expect(dialog.getByLabel(/245 closable, 35 reserved by working orders/)).toHaveValue('210');
});
