import { expect, test, type Page } from '@playwright/test';
import { join } from 'node:path';
import { authenticator, commandLine, startDesk } from './desk-process.ts';

const ROOT = join(import.meta.dirname, '..', '..');
/** The picture of the README is taken again with LIFEBOAT_PICTURE=1; a common run leaves the tree as it is. */
const PICTURE = join(ROOT, process.env['LIFEBOAT_PICTURE'] === '1' ? 'docs' : 'test-results', 'screen.png');

/** The main job, as a dealer does it, by keyboard: the desk, the simulated exchange and the screen are all real. */
test('a dealer sees the book, declares main lost, reads a dry run, approves it, and is flat', async ({
  page,
}) => {
  test.setTimeout(120_000);
  const desk = await startDesk();
  try {
    await page.goto(desk.address);
    await test.step('asha signs in, with the code that her authenticator shows', async () => {
      const { password } = desk.person('asha');
      expect(desk.said.join('\n')).toContain(`asha (dealer)  password ${password}`);
      const shown = await authenticator(desk.data, 'asha');
      expect(shown).toMatchObject({ status: 0, output: expect.stringMatching(/^\d{6} /) });
      await page.getByLabel('User', { exact: true }).fill('asha');
      await page.getByLabel('Password', { exact: true }).fill(password);
      await page.keyboard.press('Enter');
      await page.getByLabel(/^Six digits/).fill(await desk.code('asha'));
    });
    const positions = page.getByRole('grid', { name: 'Net position' });
    await expect(positions.getByText('✓ proven').first()).toBeVisible({ timeout: 30_000 });
    await expect(page.getByText('orders up')).toBeVisible();

    await test.step('trading is refused while main is not lost', async () => {
      await dryRunOfAll(page);
      await readBack(page);
      await expect(page.getByRole('dialog').getByRole('alert')).toContainText('NOT DONE');
      await page.keyboard.press('Escape');
    });

    await test.step('main is declared lost', async () => {
      await page.keyboard.press('Alt+L');
      await page.getByLabel(/^Reason/).fill('OMS silent since 14:49, RMS told');
      await readBack(page);
      await expect(page.getByText('! EMERGENCY')).toBeVisible();
    });

    const rows = await test.step('all is closed by one approved plan', async () => {
      await dryRunOfAll(page);
      const asked = await readBack(page);
      await expect(page.getByRole('region', { name: 'Live run' })).toBeVisible();
      await page.keyboard.press('Alt+P');
      await expect(page.getByText('Paused: nothing more is released')).toBeVisible();
      await page.keyboard.press('Alt+F6');
      await expect(page.getByRole('status').getByText(/rows over/)).toBeVisible();
      await expect(page.getByText('Paused: nothing more is released')).toBeHidden({ timeout: 15_000 });
      await page.keyboard.press('Alt+F9');
      await page.getByRole('button', { name: 'Resume' }).click();
      await page.keyboard.press('Alt+F6');
      await expect(positions).toBeVisible();
      await page.screenshot({ path: PICTURE });
      return Number(asked.replace('EXIT ', ''));
    });
    expect(rows).toBeGreaterThan(100);

    await test.step('every row is flat or on the leftovers board', async () => {
      await page.keyboard.press('Alt+F9');
      await expect(page.getByRole('heading', { name: 'ENDED' })).toBeVisible({ timeout: 60_000 });
      const flat = await figure(page, 'rows flat');
      const left = await figure(page, 'rows left over');
      expect(flat + left).toBe(rows);
      await expect(page.getByText('orders in doubt').locator('..')).toContainText(/^0/);
      await page.keyboard.press('F6');
      await expect(page.getByText(`${left} wait for a person`)).toBeVisible();
      await page.keyboard.press('Alt+F6');
      await expect(page.getByText(new RegExp(`^${left} of \\d+ rows`))).toBeVisible();
    });

    await test.step('each order shows what went over the wire', async () => {
      await page.keyboard.press('F3');
      await page.getByRole('grid', { name: 'Orders' }).press('Enter');
      await expect(page.getByRole('dialog').getByText('→ sent').first()).toBeVisible();
      await expect(page.getByRole('dialog')).toContainText('rms decision, RMS 41');
    });

    await test.step('the command line asks through the same door, and not without a key', async () => {
      const nobody = await commandLine(desk.data, ['mode.get']);
      expect(nobody).toMatchObject({ status: 1, output: '' });
      expect(nobody.errors).toContain('no-session');
      const key = await makeKey(page, ['mode.get']);
      const answer = await commandLine(desk.data, ['mode.get'], key);
      expect(JSON.parse(answer.output)).toMatchObject({ mode: 'EMERGENCY', main: 'declared-lost' });
      const refused = await commandLine(desk.data, ['positions.list'], key);
      expect(refused).toMatchObject({ status: 1, output: '' });
      expect(refused.errors).toContain('permission-missing');
      expect((await commandLine(desk.data, ['mode.get', '{'], key)).status).toBe(2);
    });
  } finally {
    await desk.stop();
  }
});

/** An API key of the person who is signed in at this page, for these calls. */
async function makeKey(page: Page, calls: readonly string[]): Promise<string> {
  return await page.evaluate(
    async (asked) => {
      const answer = await fetch('/rpc/auth/keys/make', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ json: asked }),
      });
      return ((await answer.json()) as { json: { key: string } }).json.key;
    },
    { name: 'a script', calls: [...calls], days: 1, algoId: null },
  );
}

async function dryRunOfAll(page: Page): Promise<void> {
  await page.keyboard.press('Shift+F9');
  await page.getByLabel(/I have an authority/).check();
  await page.getByLabel(/^Authority/).selectOption('rms-decision');
  await page.getByLabel(/^Reference/).fill('RMS 41');
  await page.keyboard.press('Enter');
  await expect(page.getByText('rows to close')).toBeVisible();
}

/** Types back what the dialog asks for, and gives what it was. */
async function readBack(page: Page): Promise<string> {
  const wanted = await page.locator('.read-back strong').innerText();
  await page.getByLabel(/to confirm/).fill(wanted);
  await page.keyboard.press('Enter');
  return wanted;
}

async function figure(page: Page, label: string): Promise<number> {
  const text = await page.locator('.figure', { hasText: label }).locator('b').innerText();
  return Number((text.split(' ')[0] ?? '').replaceAll(',', ''));
}
