import { expect, test, type BrowserContext, type Page } from '@playwright/test';
import { startFakeDesk } from './fake-desk.ts';
import { fakeDoubleCloses } from './fake-sync-rows.ts';

/** Main lost, main back, and the way to the certificate, against a main that is made up. */
let desk: Awaited<ReturnType<typeof startFakeDesk>>;
test.beforeEach(async () => {
  desk = await startFakeDesk({ positions: 200 });
});
test.afterEach(async () => {
  await desk.close();
});

async function open(page: Page, context: BrowserContext, user: 'ravi' | 'dealer-7'): Promise<void> {
  await desk.signIn(context, user);
  await page.goto(desk.url);
  await expect(page.getByRole('grid', { name: 'Net position' })).toBeVisible();
}

/** What the screen looks like goes beside the report of the run. */
async function seenAs(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: test.info().outputPath(`${name}.png`) });
}

test('an admin goes by keyboard from main’s return to the printed certificate', async ({ page, context }) => {
  desk.state.mode = 'HANDBACK';
  desk.state.run = 'running';
  desk.sync.doubleCloses = fakeDoubleCloses();
  await open(page, context, 'ravi');
  await page.keyboard.press('Alt+h');
  const view = page.getByRole('region', { name: 'Handback', exact: true });
  const twice = view.getByRole('alert', { name: 'Closed twice' });
  await expect(twice.getByRole('row', { name: /CL10001/ })).toContainText('SELL 130');
  await expect(twice.getByRole('row', { name: /CL10417/ })).toContainText('? not known');
  await expect(view).toContainText(/a second, done in \d+s/);
  await expect(view.getByRole('button', { name: 'Sign the certificate…' })).toBeDisabled();
  await seenAs(page, 'handback-moving');

  await view.getByLabel(/^Why, for main/).fill('main is back since 15:20');
  await page.keyboard.press('Enter');
  await expect(view).toContainText('✓ MAIN OBEYS');

  await view.getByRole('button', { name: 'Compare' }).focus();
  await page.keyboard.press('Enter');
  await expect(view.getByRole('alert').last()).toContainText('Main has not every fact yet');
  desk.sync.perSecond = 100_000;
  await expect(view).toContainText('main has every fact');
  await page.keyboard.press('Enter');
  await expect(view).toContainText('1,201 of 1,204 rows agree');
  await expect(view.getByRole('status', { name: 'Not yet' })).toContainText('3 differences wait');

  await page.keyboard.press('2');
  const grid = page.getByRole('grid', { name: 'Differences' });
  await expect(grid.getByText('✖ NOT YET')).toHaveCount(3);
  await expect(grid.getByText('? unknown')).toHaveCount(2);
  await seenAs(page, 'handback-differences');
  await grid.focus();
  for (let n = 0; n < 3; n += 1) {
    await page.keyboard.press('Enter');
    await page.getByLabel(/^Why: what you checked/).fill(`contract note of row ${n}`);
    if (n === 0) await seenAs(page, 'handback-decide');
    await page.keyboard.press('Enter');
    await expect(page.getByRole('dialog')).toHaveCount(0);
    await grid.focus();
    await page.keyboard.press('ArrowDown');
  }
  await expect(grid.getByText('✖ NOT YET')).toHaveCount(0);

  await page.keyboard.press('3');
  const orders = page.getByRole('grid', { name: 'Working orders' });
  await expect(orders.getByText('finishes, is cancelled, or handed over')).toHaveCount(2);
  await orders.focus();
  for (let n = 0; n < 2; n += 1) {
    await page.keyboard.press('Enter');
    await page.getByLabel(/to confirm/).fill('HAND OVER');
    await page.keyboard.press('Enter');
    await expect(page.getByRole('dialog')).toHaveCount(0);
    await orders.focus();
    await page.keyboard.press('ArrowDown');
  }
  await expect(orders.getByText('✓ handed over')).toHaveCount(2);
  await seenAs(page, 'handback-orders');

  await page.keyboard.press('1');
  await expect(view).toContainText('a certificate can be signed now');
  await expect(view).toContainText('none is at the exchange, or main goes on with it');
  await seenAs(page, 'handback-ready');
  await view.getByRole('button', { name: 'Sign the certificate…' }).focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('dialog')).toContainText('✖ 2 of main’s orders');
  await page.getByLabel(/to confirm/).fill('SIGN');
  await page.keyboard.press('Enter');
  const certificate = page.getByRole('dialog', { name: 'Certificate C-desk-1-1-1' });
  await expect(certificate).toContainText('take-exchange');
  await expect(certificate).toContainText('1100000000044183');
  await expect(certificate.getByRole('cell', { name: 'not known', exact: true })).toHaveCount(2);
  await seenAs(page, 'certificate');
  const saved = page.waitForEvent('download');
  await certificate.getByRole('button', { name: 'Save the JSON' }).click();
  expect((await saved).suggestedFilename()).toBe('C-desk-1-1-1.json');
});

test('many differences are decided as proposed with one reason, by keyboard', async ({ page, context }) => {
  desk.state.mode = 'HANDBACK';
  desk.sync.perSecond = 1_000_000;
  await open(page, context, 'ravi');
  await page.keyboard.press('Alt+h');
  const view = page.getByRole('region', { name: 'Handback', exact: true });
  await expect(view).toContainText('main has every fact');
  await view.getByRole('button', { name: 'Compare' }).press('Enter');
  await expect(view).toContainText('rows agree');
  await page.keyboard.press('2');
  const grid = page.getByRole('grid', { name: 'Differences' });
  await expect(grid.getByText('✖ NOT YET')).toHaveCount(3);
  await grid.focus();
  await page.keyboard.press('Control+a');
  await view.getByRole('button', { name: 'Decide 3 selected as proposed…' }).press('Enter');
  const dialog = page.getByRole('dialog', { name: 'Decide as proposed' });
  await expect(dialog.getByRole('table', { name: 'What is decided' })).toContainText('take exchange');
  await dialog.getByLabel(/^Why, for all/).fill('asked RMS, contract notes');
  await expect(dialog.getByRole('button', { name: /^Decide 3/ })).toBeDisabled();
  await dialog.getByLabel(/to confirm/).fill('DECIDE 3');
  await page.keyboard.press('Enter');
  await expect(dialog).toHaveCount(0);
  await expect(grid.getByText('✖ NOT YET')).toHaveCount(0);
});

test('the progress is seen from every view, and comes back as it was left', async ({ page, context }) => {
  desk.state.mode = 'HANDBACK';
  await open(page, context, 'ravi');
  const strip = page.getByRole('status', { name: 'Handback' });
  await expect(strip).toContainText('of 10,284 facts at main');
  await strip.getByRole('button', { name: /Open/ }).click();
  await page.keyboard.press('5');
  await page.getByRole('button', { name: 'Write the next files' }).click();
  await expect(page.getByRole('table', { name: 'Files' }).getByText('✖ not yet')).toHaveCount(2);
  await page.keyboard.press('F10');
  await expect(strip).toBeVisible();
  await page.keyboard.press('Alt+h');
  await expect(page.getByRole('table', { name: 'Files' }).getByText('✖ not yet')).toHaveCount(2);
});

test('by file: each is saved once, a wrong acknowledgement is refused, RMS gets a list', async ({
  page,
  context,
}) => {
  desk.state.mode = 'HANDBACK';
  desk.sync.link = 'off';
  await open(page, context, 'ravi');
  await page.keyboard.press('Alt+h');
  const view = page.getByRole('region', { name: 'Handback', exact: true });
  await expect(view).toContainText('trades in files wait for main’s acknowledgement');
  await expect(view.getByText('stored at main')).toHaveCount(0);
  await page.keyboard.press('5');
  await page.getByRole('button', { name: 'Write the next files' }).click();
  const files = page.getByRole('table', { name: 'Files' });
  const saved = page.waitForEvent('download');
  await files.getByRole('button', { name: /0001/ }).click();
  expect((await saved).suggestedFilename()).toBe('lifeboat-desk-1-1-0001.csv');
  await expect(files.getByText('✓ saved')).toHaveCount(1);

  const acknowledgement = page.getByRole('form', { name: 'Acknowledgement' });
  const take = async (text: string): Promise<void> => {
    const buffer = Buffer.from(text);
    await acknowledgement
      .getByLabel('Acknowledgement file')
      .setInputFiles({ name: 'ack.csv', mimeType: 'text/csv', buffer });
    await acknowledgement.getByRole('button', { name: /Read it/ }).click();
  };
  await take('positions,of,yesterday\n');
  await expect(acknowledgement.getByRole('alert')).toContainText('NOT DONE: Line 1');
  await take('ack,1\n');
  await expect(acknowledgement).toContainText('No written file waits for main');
  await seenAs(page, 'by-file');

  await page.getByRole('button', { name: 'Open the fence list…' }).click();
  const list = page.getByRole('table', { name: 'Fence list' });
  await expect(list).toContainText('cancel, and tell the client');
  await expect(page.getByRole('dialog')).toContainText('Fence list of desk-1: 91 to hold');
  await seenAs(page, 'fence-list');
  const paper = (await page.pdf({ format: 'A4' })).toString('latin1');
  expect(paper.match(/\/Type \/Page\b/g)?.length, 'the list goes on over the pages').toBeGreaterThan(1);
});

test('a main that does not obey, and a fact that it does not take, are said in words', async ({
  page,
  context,
}) => {
  desk.state.mode = 'HANDBACK';
  desk.sync.obeys = false;
  desk.sync.notTaken = {
    at: { epoch: 1, seq: 9_417 },
    reason: 'hash',
    text: 'Hash 9f2c… is not that of the body.',
  };
  await open(page, context, 'ravi');
  await expect(page.getByRole('status', { name: 'Handback' })).toContainText(
    '✖ MAIN DOES NOT TAKE FACT #9417',
  );
  await page.keyboard.press('Alt+h');
  const view = page.getByRole('region', { name: 'Handback', exact: true });
  await expect(view.getByRole('alert', { name: 'Not taken' })).toContainText('it was changed');
  await view.getByLabel(/^Why, for main/).fill('main is back since 15:20');
  await page.keyboard.press('Enter');
  await expect(view).toContainText('✖ MAIN DOES NOT OBEY');
  await expect(view.getByRole('table', { name: 'Main’s late orders' })).toContainText('auto square off');
  await seenAs(page, 'handback-wrong');
});

test('a dealer watches: nothing there acts', async ({ page, context }) => {
  desk.state.mode = 'HANDBACK';
  await open(page, context, 'dealer-7');
  await page.keyboard.press('Alt+h');
  const view = page.getByRole('region', { name: 'Handback', exact: true });
  await expect(view).toContainText('You watch: an admin acts here');
  await expect(view.getByRole('button', { name: /Sign|Compare|Ask main/ })).toHaveCount(0);
  await page.keyboard.press('5');
  await expect(view).toContainText('they are for an admin');
  await expect(view.getByRole('button', { name: /Write/ })).toHaveCount(0);
});

test('the outage counts to both marks, in words', async ({ page, context }) => {
  desk.sync.outageForMs = 290_000;
  desk.sync.bookStale = true;
  desk.sync.link = 'down';
  await open(page, context, 'dealer-7');
  const clock = page.getByRole('timer', { name: 'Outage of main' });
  await expect(clock).toContainText(/✖ MAIN OUT for 4m \d\ds/);
  await expect(clock).toContainText(/reportable in 00:\d\d/);
  await expect(page.getByText(/BOOK STALE: 12m \d\ds old/)).toBeVisible();
  await expect(page.getByText('✖ link DOWN')).toBeVisible();
  await page.keyboard.press('Alt+h');
  await expect(page.getByText(/is stale: a delta was missing/)).toBeVisible();
  await seenAs(page, 'outage-before');
  desk.sync.outageForMs = 301_000;
  await expect(clock).toContainText('⚠ REPORTABLE since');
  await expect(clock).toContainText(/report due in 1:5\d:\d\d/);
  await seenAs(page, 'outage-reportable');
  desk.sync.outageForMs = 7_600_000;
  await expect(clock).toContainText('✖ REPORT OVERDUE by 1m 4');
});

test('main is declared lost for a part, and not against its signs of life', async ({ page, context }) => {
  desk.sync.alive = [
    'drop copy of nse-fo: a new order of main at 14:49:58',
    'desk B7: heard main at 14:49:51',
  ];
  await open(page, context, 'dealer-7');
  await page.keyboard.press('Alt+l');
  const dialog = page.getByRole('dialog');
  await expect(dialog.getByRole('alert')).toContainText('MAIN SHOWS SIGNS OF LIFE');
  await dialog.getByLabel(/^Reason/).fill('screens frozen since 14:49');
  await dialog.getByLabel('Only a part of it').check();
  await dialog.getByLabel(/to confirm/).fill('MAIN LOST');
  await expect(dialog.getByRole('button', { name: /^Declare main lost/ })).toBeDisabled();
  await dialog.getByLabel('NSE F&O').check();
  await dialog.getByLabel(/^Accounts/).fill('CL10000, CL10001 CL10001\nCL10002');
  await expect(dialog).toContainText('Covers NSE F&O, 3 accounts');
  await dialog.getByLabel(/to confirm/).press('Enter');
  await expect(dialog.getByRole('alert').last()).toContainText('scope code is needed');
  await seenAs(page, 'declare-lost');
  await dialog.getByLabel(/scope code/).fill('hq-7f3a');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('button', { name: /EMERGENCY/ })).toContainText('NSE F&O, 3 accounts');
});
