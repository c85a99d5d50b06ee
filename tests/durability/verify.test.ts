import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { openSqlite } from '#core/journal/sqlite.ts';
import { scratchFolder } from '#core/journal/stage-folder.ts';
import { boundReached, openScratch, scratchOptions } from '#core/journal/stage.ts';

const VERIFY = fileURLToPath(new URL('../../main/verify.ts', import.meta.url));

function verify(...words: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [VERIFY, ...words], { encoding: 'utf8' });
  return { status, stdout, stderr };
}

function journal(folder: string, key?: Uint8Array): string {
  const options = { ...scratchOptions(folder), ...(key === undefined ? {} : { key }) };
  const file = openScratch(options);
  for (let n = 0; n < 5; n++) file.append([boundReached(`fact ${n}`)]);
  file.close();
  return options.path;
}

describe('npm run verify -- FILE', () => {
  it('says ok, ends with 0, and changes nothing', () => {
    const folder = scratchFolder();
    const path = journal(folder.path);
    const before = readFileSync(path);
    expect(verify(path)).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/desk D1, 7 rows, 1 epoch\n[^]*\nok\n$/),
    });
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  it('names the first broken row and ends with 1', () => {
    const folder = scratchFolder();
    const path = journal(folder.path);
    const sqlite = openSqlite(path);
    sqlite.exec("UPDATE log SET body = replace(body, 'fact 2', 'fact 9')");
    sqlite.close();
    expect(verify(path)).toMatchObject({
      status: 1,
      stdout: expect.stringContaining('BROKEN  epoch 1, seq 5, hash'),
    });
    const json = verify(path, '--json');
    expect(json.status).toBe(1);
    expect(JSON.parse(json.stdout)).toMatchObject({ broken: { epoch: 1, seq: 5, what: 'hash' } });
  });

  it('ends with 2 and one line when it could not check', () => {
    const folder = scratchFolder();
    const encrypted = journal(folder.path, new Uint8Array(32).fill(3));
    const cases: readonly [readonly string[], RegExp][] = [
      [[], /one file is wanted/],
      [['a', 'b'], /one file is wanted/],
      [['--what', 'a'], /--what/],
      [[`${folder.path}/none.db`], /there is no file/],
      [[VERIFY], /no journal/],
      [[encrypted], /encrypted/],
      [[encrypted, '--public-key', 'zz'], /hexadecimal/],
    ];
    for (const [words, text] of cases) {
      expect(verify(...words)).toMatchObject({ status: 2, stdout: '', stderr: expect.stringMatching(text) });
    }
    const json = verify(encrypted, '--json');
    expect(json.status).toBe(2);
    expect(JSON.parse(json.stdout)).toMatchObject({ refused: expect.stringMatching(/encrypted/) });
  });
});
