import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openSqlite } from '#core/journal/sqlite.ts';
import { scratchFolder } from '#core/journal/stage-folder.ts';
import { boundReached, openScratch, scratchOptions } from '#core/journal/stage.ts';
import type { JournalOptions } from '#core/journal/open.ts';
import { simulationSecrets } from '#main/secrets-simulation.ts';
import { sealedSecrets } from '#main/secrets-sealed.ts';
import { openSecrets } from '#main/secrets.ts';
import { filesOf, keptIn, passphraseFile, runNode, VERIFY } from './run.ts';
import { ACCOUNT_NAME, databaseOf, encryptedOptions, rowsFound, writeFacts } from './stage.ts';

/** Names of the files under the folder in which the account can be read. */
function readableIn(folder: string): readonly string[] {
  const word = Buffer.from(ACCOUNT_NAME);
  return [...filesOf(folder)]
    .filter(([, bytes]) => bytes.includes(word))
    .map(([path]) => path.slice(folder.length + 1));
}

/** Writes into the journal and looks at its files while it is open and after it is closed. */
function readableWhileOpen(options: JournalOptions, folder: string): readonly (readonly string[])[] {
  const journal = openScratch(options);
  for (let n = 0; n < 200; n++) journal.append([boundReached(`${ACCOUNT_NAME} ${n}`)]);
  expect(filesOf(folder).get(`${options.path}-wal`)?.length).toBeGreaterThan(100_000);
  const open = readableIn(folder);
  journal.close();
  return [open, readableIn(folder)];
}

describe('a journal with a key', () => {
  it('shows no word of it in any file, open or closed; one without a key shows it in WAL and database', async () => {
    const plain = scratchFolder().path;
    expect(readableWhileOpen(scratchOptions(plain), plain)).toEqual([['desk.db-wal'], ['desk.db']]);
    const folder = scratchFolder().path;
    const options = await encryptedOptions(folder, simulationSecrets(folder));
    expect(readableWhileOpen(options, folder)).toEqual([[], []]);
    expect(rowsFound(options)).toBe(200);
  });

  it('is not opened without it, with another one, or by a desk that lost its keys', async () => {
    const folder = scratchFolder().path;
    const options = await encryptedOptions(folder, simulationSecrets(folder));
    writeFacts(options, 20);
    const { key: _key, ...without } = options;
    expect(rowsFound(without)).toMatch(/^not-openable: .* it is no journal, or its key is another one/);
    expect(rowsFound({ ...options, key: new Uint8Array(32).fill(1) })).toMatch(/^not-openable/);
    const lost = sealedSecrets(scratchFolder().path, Buffer.alloc(32));
    expect(rowsFound(await encryptedOptions(folder, lost))).toMatch(/^not-openable/);
    expect(rowsFound(options)).toBe(20);
  });

  it('loses nothing to a wrong key after a kill, with everything still in the WAL', async () => {
    const folder = scratchFolder().path;
    const program = new URL('append-child.ts', import.meta.url).pathname;
    const child = spawn(process.execPath, [program, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(child.stdout, 'data');
    child.kill('SIGKILL');
    await once(child, 'close');
    const options = await encryptedOptions(folder, simulationSecrets(folder));
    const [database, wal] = [readFileSync(options.path), readFileSync(`${options.path}-wal`)];
    expect(rowsFound({ ...options, key: new Uint8Array(32).fill(1) })).toMatch(/^not-openable/);
    expect(readFileSync(options.path).equals(database)).toBe(true);
    expect(readFileSync(`${options.path}-wal`).equals(wal)).toBe(true);
    expect(rowsFound(options)).toBeGreaterThanOrEqual(50);
  });

  it('that was written without one is refused with the way out, and left as it is', async () => {
    const folder = scratchFolder().path;
    writeFacts(scratchOptions(folder), 5);
    const before = readFileSync(databaseOf(folder));
    const options = await encryptedOptions(folder, simulationSecrets(folder));
    expect(rowsFound(options)).toMatch(/^not-encrypted: .*npm run rekey -- --encrypt/);
    expect(readFileSync(databaseOf(folder)).equals(before)).toBe(true);
    expect(rowsFound(scratchOptions(folder))).toBe(5);
  });

  it('sets nothing aside in a file, and what is deleted is not in its free pages', () => {
    const path = join(scratchFolder().path, 'pages.db');
    const left = (secureDelete: boolean): boolean => {
      const sqlite = openSqlite(path);
      expect(sqlite.get('PRAGMA temp_store')).toEqual({ temp_store: 2 });
      if (!secureDelete) sqlite.exec('PRAGMA secure_delete = OFF');
      sqlite.exec('CREATE TABLE gone (word TEXT)');
      sqlite.transaction((tx) => {
        for (let n = 0; n < 500; n++) tx.run('INSERT INTO gone VALUES (?)', `${ACCOUNT_NAME} ${n}`);
      });
      sqlite.exec('DELETE FROM gone; DROP TABLE gone; PRAGMA wal_checkpoint(TRUNCATE)');
      sqlite.close();
      return readFileSync(path).includes(ACCOUNT_NAME);
    };
    expect(left(true)).toBe(false);
    expect(left(false)).toBe(true);
  });
});

describe('npm run verify of an encrypted journal', () => {
  it('finds the key of a simulated desk, and checks it while the desk runs', async () => {
    const folder = scratchFolder().path;
    const options = await encryptedOptions(folder, simulationSecrets(folder));
    writeFacts(options, 5);
    const running = openScratch(options);
    const before = keptIn(folder);
    expect(await runNode([VERIFY, options.path])).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/desk D1, \d+ rows[^]*\nok\n$/),
    });
    expect(keptIn(folder)).toEqual(before);
    running.close();
  });

  it('takes the passphrase on a descriptor; names what is wrong with it, and ends with 2', async () => {
    const { path } = scratchFolder();
    const data = join(path, 'data');
    const phrase = (text: string) => ({
      env: { LIFEBOAT_PASSPHRASE_FD: '3' },
      files: [passphraseFile(path, text)],
    });
    const keychain = {
      read: () => Promise.resolve(null),
      write: () => Promise.reject(new Error('none')),
      remove: () => Promise.resolve(),
    };
    const terminal = { ask: () => Promise.resolve(Buffer.from('a sentence, not a word')) };
    const secrets = await openSecrets({ data, env: {}, terminal, keychain });
    if (!secrets.ok) throw new Error(secrets.refusal.text);
    const options = await encryptedOptions(data, secrets.value);
    writeFacts(options, 5);
    const before = keptIn(data);
    expect(await runNode([VERIFY, options.path], phrase('a sentence, not a word'))).toMatchObject({
      status: 0,
    });
    const refused: readonly (readonly [Parameters<typeof runNode>[1], string])[] = [
      [phrase('another sentence'), 'wrong-passphrase'],
      [{}, 'passphrase-needed'],
    ];
    for (const [how, reason] of refused) {
      expect(await runNode([VERIFY, options.path], how)).toMatchObject({
        status: 2,
        stdout: '',
        stderr: expect.stringMatching(new RegExp(`^not checked: .*${reason}`)),
      });
    }
    expect(keptIn(data)).toEqual(before);
    // A byte of the encrypted file that is another: its page does not open.
    const damaged = readFileSync(options.path);
    damaged[5000] = (damaged[5000] ?? 0) ^ 1;
    writeFileSync(options.path, damaged);
    expect((await runNode([VERIFY, options.path], phrase('a sentence, not a word'))).status).not.toBe(0);
  });
});
