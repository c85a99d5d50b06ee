import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { openJournal } from '#core/journal/open.ts';
import { verifyFile } from '#core/journal/verify.ts';
import { scratchFolder } from '#core/journal/stage-folder.ts';
import { openScratch, scratchOptions } from '#core/journal/stage.ts';

const APPENDER = fileURLToPath(new URL('appender.ts', import.meta.url));
const KILLS = 15;

/** Starts the appender, kills it some time after its first word, and gives the last number it acknowledged. */
async function killed(folder: string, afterMs: number): Promise<number> {
  const child = spawn(process.execPath, [APPENDER, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => void (said += text));
  await once(child.stdout, 'data');
  expect(openJournal(scratchOptions(folder))).toMatchObject({ refusal: { reason: 'journal-in-use' } });
  await wait(afterMs);
  child.kill('SIGKILL');
  await once(child, 'close');
  return Number(said.slice(0, said.lastIndexOf('\n')).split('\n').at(-1));
}

describe('killed in the middle of appending', () => {
  it('loses nothing that was acknowledged, leaves no gap, no broken chain and no lock', async () => {
    const folder = scratchFolder();
    const options = scratchOptions(folder.path);
    let before = 0;
    for (let round = 0; round < KILLS; round++) {
      const acknowledged = await killed(folder.path, (round * 13) % 90);
      expect(acknowledged).toBeGreaterThan(before);
      expect(verifyFile(options.path)).toMatchObject({ ok: true, value: { broken: null } });
      const seen: number[] = [];
      const journal = openScratch(options, ({ seq }) => void seen.push(seq));
      before = journal.head().seq;
      expect(before).toBeGreaterThanOrEqual(acknowledged);
      expect(seen.every((seq, index) => seq === index + 1)).toBe(true);
      expect(seen).toHaveLength(before);
      journal.close();
    }
  });
});
