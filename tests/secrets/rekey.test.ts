import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { present } from '#core/lib/assert.ts';
import { openSqlite } from '#core/journal/sqlite.ts';
import { scratchFolder } from '#core/journal/stage-folder.ts';
import { openScratch, scratchOptions } from '#core/journal/stage.ts';
import { simulationSecrets } from '#main/secrets-simulation.ts';
import { filesWith, keptIn, passphraseFile, REKEY, runNode, VERIFY } from './run.ts';
import { ACCOUNT_NAME, databaseOf, encryptedOptions, rowsFound, writeFacts } from './stage.ts';

const CHILD = new URL('rekey-child.ts', import.meta.url).pathname;
const FACTS = 30;

/** A stopped simulated desk with an encrypted journal. */
async function stopped() {
  const data = scratchFolder().path;
  const secrets = simulationSecrets(data);
  writeFacts(await encryptedOptions(data, secrets), FACTS);
  const key = async () => present(await secrets.get('database-key'), 'the key');
  return {
    data,
    secrets,
    key,
    /** As the next start of the desk finds it. */
    found: async () => rowsFound(await encryptedOptions(data, secrets)),
    rotated: (at = '') => runNode([CHILD, 'rotate', data, at]),
    rekey: (...words: readonly string[]) => runNode([REKEY, '--data', data, ...words]),
    keysKept: () =>
      readdirSync(join(data, 'simulation-secrets', 'secrets.sealed')).filter((name) =>
        name.startsWith('database-'),
      ),
  };
}

/** A data folder as versions before the keychain left it: nothing is encrypted, the keys lie in plain files. */
function older() {
  const { path } = scratchFolder();
  const data = join(path, 'data');
  mkdirSync(join(data, 'secrets'), { recursive: true });
  const seed = Buffer.alloc(32, 7);
  writeFileSync(join(data, 'secrets', 'journal-signing-seed.key'), seed);
  writeFileSync(join(data, 'secrets', 'venue-password%3ALIFEBOAT01.key'), 'let me in');
  writeFacts(scratchOptions(data), FACTS);
  return { path, data, seed };
}

describe('a new key of the journal', () => {
  it('opens everything; the old one opens nothing any more, and is kept nowhere', async () => {
    const desk = await stopped();
    const old = await desk.key();
    expect(await desk.rekey('--database')).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/has a new key/),
    });
    const fresh = await desk.key();
    expect(Buffer.from(fresh).equals(old)).toBe(false);
    expect(desk.keysKept()).toEqual(['database-key']);
    expect(() => openSqlite(databaseOf(desk.data), { readOnly: true, key: old })).toThrow('not a database');
    expect(await desk.found()).toBe(FACTS);
    expect(filesWith(desk.data, Buffer.from(ACCOUNT_NAME))).toEqual([]);
    expect(await runNode([VERIFY, databaseOf(desk.data)])).toMatchObject({ status: 0 });
  });

  it.each(['next-kept', 'copied', 'encrypted', 'renamed', 'key-kept', 'next-dropped'])(
    'killed at %s, the desk starts with all that was in it, and the next run goes through',
    async (point) => {
      const desk = await stopped();
      expect(await desk.rotated(point)).toMatchObject({ signal: 'SIGKILL' });
      expect(await runNode([VERIFY, databaseOf(desk.data)])).toMatchObject({ status: 0 });
      expect(await desk.found()).toBe(FACTS);
      const before = await encryptedOptions(desk.data, desk.secrets);
      expect(await desk.rotated()).toMatchObject({ status: 0, stdout: '{"ok":true,"value":null}\n' });
      expect(rowsFound(before)).toMatch(/^not-openable/);
      expect(desk.keysKept()).toEqual(['database-key']);
      expect(await desk.found()).toBe(FACTS);
      expect(readdirSync(desk.data).filter((name) => name.includes('rekey'))).toEqual([]);
    },
  );

  it('is refused while a desk has the journal open, or somebody reads it, and changes nothing', async () => {
    const desk = await stopped();
    const options = await encryptedOptions(desk.data, desk.secrets);
    const running = openScratch(options);
    const inUse = { status: 1, stdout: '', stderr: expect.stringContaining('journal-in-use') };
    for (const what of [['--database'], ['--tokens'], ['--to', 'keychain']]) {
      expect(await desk.rekey(...what)).toMatchObject(inUse);
    }
    running.close();
    const reader = openSqlite(options.path, { readOnly: true, key: await desk.key() });
    expect(reader.get('SELECT count(*) AS n FROM log')?.['n']).toBeGreaterThan(FACTS);
    expect(await desk.rekey('--database')).toMatchObject(inUse);
    reader.close();
    expect(desk.keysKept()).toEqual(['database-key']);
    expect(await desk.found()).toBe(FACTS);
  });

  it('is refused by name where there is nothing to give it to', async () => {
    const desk = await stopped();
    writeFileSync(databaseOf(desk.data), Buffer.alloc(8192, 3));
    expect(await desk.rekey('--database')).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('not-openable'),
    });
    expect(await desk.rekey('--to', 'keychain')).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('simulated-data'),
    });
    const none = scratchFolder().path;
    simulationSecrets(none);
    const rekey = (...words: readonly string[]) => runNode([REKEY, '--data', none, ...words]);
    expect(await rekey('--database')).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('no-such-file'),
    });
    expect(await rekey()).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('nothing is asked for'),
    });
    expect(await rekey('--to', 'paper')).toMatchObject({ status: 2 });
    expect(await rekey('--sealing')).toMatchObject({ status: 2 });
    expect(await runNode([REKEY, '--data', join(none, 'nowhere'), '--database'])).toMatchObject({
      status: 1,
    });
  });
});

describe('the encryption of a journal that was written without a key', () => {
  it('takes the keys over, keeps the chain, and leaves nothing plain', async () => {
    const { path, data, seed } = older();
    const given = {
      env: { LIFEBOAT_PASSPHRASE_FD: '3' },
      files: [passphraseFile(path, 'a sentence, not a word')],
    };
    const rekey = (...words: readonly string[]) => runNode([REKEY, '--data', data, ...words], given);
    expect(filesWith(data, Buffer.from(ACCOUNT_NAME))).not.toEqual([]);
    expect(await rekey('--database')).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('plain-secrets'),
    });
    expect(await rekey('--encrypt')).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/is encrypted\n2 keys are sealed/),
    });
    expect(existsSync(join(data, 'secrets'))).toBe(false);
    for (const word of [Buffer.from(ACCOUNT_NAME), seed, Buffer.from('let me in')]) {
      expect(filesWith(data, word)).toEqual([]);
    }
    const verified = await runNode([VERIFY, databaseOf(data)], given);
    expect(verified).toMatchObject({ status: 0, stdout: expect.stringMatching(/, 1 epoch\n/) });
    expect(await rekey('--encrypt')).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('already-encrypted'),
    });
    expect(await rekey('--database')).toMatchObject({ status: 0 });
    expect(await runNode([VERIFY, databaseOf(data)], given)).toMatchObject({ status: 0 });
  });

  it.each(['copied', 'encrypted', 'renamed'])(
    'killed at %s, it is as it was or encrypted, and goes through',
    async (point) => {
      const data = scratchFolder().path;
      writeFacts(scratchOptions(data), FACTS);
      const secrets = simulationSecrets(data);
      await secrets.set('journal-signing-seed', Buffer.alloc(32, 7));
      expect(await runNode([CHILD, 'encrypt', data, point])).toMatchObject({ signal: 'SIGKILL' });
      const renamed = point === 'renamed';
      const options = renamed ? await encryptedOptions(data, secrets) : scratchOptions(data);
      expect(rowsFound(options)).toBe(FACTS);
      const again = await runNode([REKEY, '--data', data, '--encrypt']);
      expect(again.status).toBe(renamed ? 1 : 0);
      expect(rowsFound(await encryptedOptions(data, secrets))).toBe(FACTS);
      expect(filesWith(data, Buffer.from(ACCOUNT_NAME))).toEqual([]);
    },
  );

  it('beside an encrypted journal leaves the keys that are sealed', async () => {
    const desk = await stopped();
    mkdirSync(join(desk.data, 'secrets'));
    writeFileSync(join(desk.data, 'secrets', 'journal-signing-seed.key'), Buffer.alloc(32, 1));
    expect(await desk.rekey('--encrypt')).toMatchObject({ status: 0 });
    expect(await desk.found()).toBe(FACTS);
  });
});

describe('other keys', () => {
  it('of tokens change alone', async () => {
    const desk = await stopped();
    const before = keptIn(desk.data);
    expect(await desk.rekey('--tokens')).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/every client signs in anew/),
    });
    const after = keptIn(desk.data);
    const changed = Object.keys(after).filter((path) => after[path] !== before[path]);
    expect(changed.map((path) => path.slice(desk.data.length))).toEqual([
      '/simulation-secrets/secrets.sealed/token-signing-key',
    ]);
  });

  it('of venues and of headquarters are kept sealed', async () => {
    const desk = await stopped();
    const password = await runNode([REKEY, '--data', desk.data, '--venue-password', 'LIFEBOAT01'], {
      input: 'let me in\n',
    });
    expect(password).toMatchObject({ status: 0 });
    expect(await desk.secrets.get('venue-password:LIFEBOAT01')).toEqual(Buffer.from('let me in'));
    const token = await runNode([REKEY, '--data', desk.data, '--main-token'], { input: 'of this desk\n' });
    expect(token).toMatchObject({ status: 0 });
    expect(await desk.secrets.get('main-token')).toEqual(Buffer.from('of this desk'));
    const file = join(desk.data, 'telephone-key.json');
    const key = Buffer.alloc(32, 9);
    writeFileSync(
      file,
      JSON.stringify({ kind: 'lifeboat-key', v: 1, what: 'telephone-key', key: key.toString('base64') }),
      { mode: 0o600 },
    );
    expect(await desk.rekey('--telephone-key', file)).toMatchObject({ status: 0 });
    expect(await desk.secrets.get('telephone-key')).toEqual(key);
    expect(filesWith(desk.data, key)).toEqual([file]);
    writeFileSync(file, readFileSync(file, 'utf8').replace('lifeboat-key', 'other'));
    expect(await desk.rekey('--telephone-key', file)).toMatchObject({ status: 1 });
    expect(await desk.rekey('--venue-password', 'X')).toMatchObject({ status: 1 });
    expect(await desk.rekey('--main-token')).toMatchObject({ status: 1 });
  });
});
