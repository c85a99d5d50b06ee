import { expect, test } from '@playwright/test';
import { startFakeDesk } from './fake-desk.ts';

test('a desk that could not take over says so until it could, with every check behind it', async ({
  page,
  context,
}) => {
  const desk = await startFakeDesk({ positions: 10 });
  const text = "Main's book is stale: no word of main for 20 s.";
  desk.state.notReady = [
    { check: 'book', ok: false, text },
    { check: 'exchange-sessions', ok: false, text: 'mcx drop-copy is down.' },
  ];
  await desk.signIn(context);
  await page.goto(desk.url);
  const notice = page.getByRole('note', { name: 'Readiness' });
  await expect(notice).toContainText(`Not ready: ${text}`);
  await expect(notice).toContainText('(+1)');
  await notice.getByRole('button', { name: 'All checks' }).click();
  const all = page.getByRole('dialog', { name: 'Could this desk take over now?' });
  await expect(all.getByRole('row')).toContainText([
    '✓ okjournalThe journal takes facts.',
    `✖ NOTbook${text}`,
    'mcx drop-copy is down.',
  ]);
  await page.keyboard.press('Escape');
  await expect(all).toHaveCount(0);
  desk.state.mode = 'EMERGENCY';
  await expect(notice).toHaveCount(0);
  desk.state.mode = 'SUSPECT';
  await expect(notice).toBeVisible();
  desk.state.notReady = [];
  await expect(notice).toHaveCount(0);
  await desk.close();
});
