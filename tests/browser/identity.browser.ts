import { expect, test, type Browser, type Page } from '@playwright/test';
import decodeQR from 'qr/decode.js';
import { present } from '#core/lib/assert.ts';
import { authenticator, startNewDesk } from './identity-desk.ts';

/** Persons at a real desk, from its first run on, through the screens and by keyboard. */
const CHIEF = { user: 'chief', name: 'Meera Iyer', password: 'plank river onion seven' };
const ASHA = { user: 'asha', name: 'Asha Kulkarni', password: 'seven green kettles fall' };
/** Of the picture in which the code is read again. */
const MODULE_PIXELS = 4;
const RGB = 3;
const NEW_PASSWORD = 'quiet lamps over bandra';

type NewDesk = Awaited<ReturnType<typeof startNewDesk>>;
let desk: NewDesk;
test.beforeEach(async () => {
  desk = await startNewDesk({ approvals: { mode: 'two' } });
});
test.afterEach(async () => {
  await desk.stop();
});

test('persons come, go, are let in, agree and are sent away, all through the screens', async ({
  page,
  browser,
}) => {
  test.setTimeout(240_000);
  const chief = await firstRun(page);
  const asha = await browserOf(browser);

  await test.step('signing out leads to the sign-in, and both factors back', async () => {
    await page.keyboard.press('F12');
    await page.getByRole('dialog').getByRole('button', { name: 'Sign out' }).click();
    await password(page, CHIEF.user, CHIEF.password);
    await page.getByLabel(/^Six digits/).fill(await chief.code());
    await atTheDesk(page);
  });

  await test.step('a locked screen opens by a recovery code, once', async () => {
    await page.keyboard.press('Control+l');
    const cover = page.getByRole('form', { name: 'Screen locked' });
    await expect(cover).toContainText(CHIEF.name);
    await cover.getByLabel(/recovery code/).fill(chief.recoveryCodes[0] ?? '');
    await page.keyboard.press('Enter');
    await atTheDesk(page);
    await page.keyboard.press('Control+l');
    await cover.getByLabel(/recovery code/).fill(chief.recoveryCodes[0] ?? '');
    await page.keyboard.press('Enter');
    await expect(cover.getByRole('alert')).toContainText('NOT DONE');
    await cover.getByLabel(/recovery code/).fill(chief.recoveryCodes[1] ?? '');
    await page.keyboard.press('Enter');
    await atTheDesk(page);
  });

  await test.step('the password is changed, and only the new one opens', async () => {
    await page.keyboard.press('F12');
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Change password' });
    await dialog.getByLabel('Password now').fill(CHIEF.password);
    await dialog.getByLabel(/^New password: /).fill('short');
    await expect(dialog.getByText('… at least 12 characters (now 5)')).toBeVisible();
    await dialog.getByLabel(/^New password: /).fill(NEW_PASSWORD);
    await dialog.getByLabel('New password, again').fill(NEW_PASSWORD);
    await dialog.getByLabel(/^Six digits/).fill(await chief.code());
    await page.keyboard.press('Enter');
    await expect(page.getByText('Password changed')).toBeVisible();
    await page.keyboard.press('Escape');
    await password(asha, CHIEF.user, CHIEF.password);
    await expect(asha.getByRole('alert')).toContainText('NOT DONE');
  });

  await test.step('a person asks for an account, and is let in', async () => {
    await ask(asha);
    await page.keyboard.press('Alt+a');
    await expect(page.getByText('1 ask to be let in')).toBeVisible();
    await page.getByRole('grid', { name: 'Users' }).press('Enter');
    const dialog = page.getByRole('dialog', { name: 'asha asks to be let in' });
    await dialog.getByLabel(/of one order/).fill('25,00,000');
    await dialog.getByRole('button', { name: 'Let asha in as dealer' }).click();
    await expect(page.getByText('asha may sign in now')).toBeVisible();
    await password(asha, ASHA.user, ASHA.password);
    await enrol(asha);
  });

  await test.step('a second person agrees in a session of their own, and the call is made again', async () => {
    await declareLost(asha);
    const waiting = asha.getByRole('dialog', { name: 'Second person needed' });
    await expect(waiting).toContainText('Declare main lost');
    await expect(page.getByText('1 to agree to')).toBeVisible();
    await page.keyboard.press('Alt+g');
    await page.getByRole('button', { name: 'Give…' }).click();
    await readBack(page);
    await expect(waiting).toBeHidden();
    await expect(asha.getByText('! EMERGENCY')).toBeVisible();
    await expect(page.getByText('✓ done')).toBeVisible();
  });

  await test.step('a second person agrees at the same screen, with both their factors', async () => {
    await asha.keyboard.press('Alt+l');
    await declare(asha);
    await asha.getByRole('button', { name: /They stand here/ }).click();
    const here = asha.getByRole('form', { name: 'Second person, at this screen' });
    await here.getByLabel('Second person’s user').fill(CHIEF.user);
    await here.getByLabel('Their password').fill(NEW_PASSWORD);
    await here.getByLabel('Their six digits').fill(await chief.code());
    await asha.keyboard.press('Enter');
    await expect(asha.getByText('! EMERGENCY')).toBeHidden();
  });

  await test.step('a revoked session falls back to the sign-in, and says why', async () => {
    await page.keyboard.press('Alt+a');
    await page.keyboard.press('2');
    const grid = page.getByRole('grid', { name: 'Sessions' });
    await grid.getByText('asha').first().click();
    const end = page.getByRole('button', { name: 'End this session of asha' });
    await end.click();
    await page.getByRole('button', { name: /⚠ End asha/ }).click();
    await expect(asha.getByRole('alert')).toContainText('SIGNED OUT');
    await expect(asha.getByRole('grid')).toHaveCount(0);
  });
});

/** The setup code comes from the address; the admin enrols and keeps the recovery codes. */
async function firstRun(page: Page) {
  await page.goto(desk.address);
  await page.getByLabel(/^User/).fill(CHIEF.user);
  expect(page.url()).toBe(`${desk.origin}/`);
  await page.getByLabel('Name').fill(CHIEF.name);
  await page.getByLabel(/^New password: /).fill(CHIEF.password);
  await page.getByLabel('New password, again').fill(CHIEF.password);
  await page.keyboard.press('Enter');
  return await enrol(page);
}

async function enrol(page: Page) {
  const secret = (await page.getByLabel('Secret').innerText()).replaceAll(/\s/g, '');
  expect(await scanned(page)).toContain(`secret=${secret}`);
  const code = authenticator(secret);
  await page.getByLabel(/six digits/).fill(await code());
  await expect(page.getByText('Shown once')).toBeVisible();
  const recoveryCodes = await page.locator('.secrets li').allInnerTexts();
  expect(recoveryCodes).toHaveLength(10);
  const on = page.getByRole('button', { name: /Go to the desk/ });
  await expect(on).toBeDisabled();
  await page.keyboard.press('Space');
  await page.keyboard.press('Enter');
  await atTheDesk(page);
  return { code, recoveryCodes };
}

/** What a camera reads of the code in the page. */
async function scanned(page: Page): Promise<string> {
  const code = page.getByRole('img', { name: /authenticator/ });
  const size = Number((await code.getAttribute('viewBox'))?.split(' ')[2]);
  const path = present(await code.locator('path').getAttribute('d'), 'the modules of the code');
  const width = size * MODULE_PIXELS;
  const data = new Uint8Array(width * width * RGB).fill(255);
  for (const [, x, y] of path.matchAll(/M(\d+) (\d+)/g)) {
    for (let row = 0; row < MODULE_PIXELS; row += 1) {
      const from = (Number(y) * MODULE_PIXELS + row) * width + Number(x) * MODULE_PIXELS;
      data.fill(0, from * RGB, (from + MODULE_PIXELS) * RGB);
    }
  }
  return decodeQR({ width, height: width, data });
}

async function ask(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Ask for an account' }).click();
  await page.getByLabel(/^User/).fill(ASHA.user);
  await page.getByLabel('Name').fill(ASHA.name);
  await page.getByLabel(/^New password: /).fill(ASHA.password);
  await page.getByLabel('New password, again').fill(ASHA.password);
  await page.keyboard.press('Enter');
  await expect(page.getByText('✓ Asked')).toBeVisible();
  await page.keyboard.press('Enter');
}

async function password(page: Page, user: string, text: string): Promise<void> {
  await page.getByLabel('User', { exact: true }).fill(user);
  await page.getByLabel('Password', { exact: true }).fill(text);
  await page.keyboard.press('Enter');
}

async function declareLost(page: Page): Promise<void> {
  await page.keyboard.press('Alt+l');
  await declare(page);
}

async function declare(page: Page): Promise<void> {
  await page.getByLabel(/^Reason/).fill('OMS silent since 14:49, RMS told');
  await readBack(page);
}

async function readBack(page: Page): Promise<void> {
  const wanted = await page.locator('.read-back strong').innerText();
  await page.getByLabel(/to confirm/).fill(wanted);
  await page.keyboard.press('Enter');
}

async function atTheDesk(page: Page): Promise<void> {
  await expect(page.getByRole('tab', { name: /^Net position/ })).toBeVisible();
}

async function browserOf(browser: Browser): Promise<Page> {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(desk.origin);
  return page;
}
