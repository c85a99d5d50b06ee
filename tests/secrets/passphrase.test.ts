import { hashRaw } from '@node-rs/argon2';
import { spawn } from 'node:child_process';
import {
  chmodSync,
  fstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { scratchFolder } from '#core/journal/stage-folder.ts';
import type { Keychain } from '#native-bridge/keychain.ts';
import { seal, sealedSecrets } from '#main/secrets-sealed.ts';
import type { Terminal } from '#main/secrets-terminal.ts';
import { openSecrets } from '#main/secrets.ts';
import { filesOf, keptIn, filesWith, OPEN, passphraseFile, REKEY, runNode } from './run.ts';

const RIGHT = 'a sentence, not a word';
const WRONG = 'a sentence, not a wore';

/** A machine without a keychain. */
const NO_KEYCHAIN: Keychain = {
  read: () => Promise.reject(new Error('there is none')),
  write: () => Promise.reject(new Error('there is none')),
  remove: () => Promise.reject(new Error('there is none')),
};

/** A person who types these lines, one per question. */
function typing(...lines: readonly (string | null)[]): Terminal & { readonly asked: readonly string[] } {
  const asked: string[] = [];
  const left = [...lines];
  return {
    asked,
    ask: (question) => {
      asked.push(question);
      const line = left.shift() ?? null;
      return Promise.resolve(line === null ? null : Buffer.from(line));
    },
  };
}

function scratch() {
  const { path } = scratchFolder();
  const data = join(path, 'data');
  return {
    path,
    data,
    given: (passphrase: string) => {
      const descriptor = openSync(passphraseFile(path, passphrase), 'r');
      return { env: { LIFEBOAT_PASSPHRASE_FD: String(descriptor) }, descriptor };
    },
    open: (by: { readonly env?: Record<string, string>; readonly terminal?: Terminal }) =>
      openSecrets({ data, env: by.env ?? {}, terminal: by.terminal ?? null, keychain: NO_KEYCHAIN }),
  };
}

async function opened(opening: ReturnType<typeof openSecrets>) {
  const secrets = await opening;
  if (!secrets.ok) throw new Error(`${secrets.refusal.reason}: ${secrets.refusal.text}`);
  return secrets.value;
}

describe('keys under a passphrase', () => {
  it('open again with the same one, whose descriptor is read once and closed', async () => {
    const one = scratch();
    const { env, descriptor } = one.given(RIGHT);
    const secrets = await opened(one.open({ env }));
    await secrets.set('token-signing-key', Buffer.alloc(32, 7));
    expect(() => fstatSync(descriptor)).toThrow('EBADF');
    expect(await one.open({ env })).toMatchObject({ refusal: { reason: 'passphrase-unreadable' } });
    const again = await opened(one.open({ env: one.given(RIGHT).env }));
    expect(await again.get('token-signing-key')).toEqual(Buffer.alloc(32, 7));
    expect(filesWith(one.data, Buffer.alloc(32, 7))).toEqual([]);
    for (const path of filesOf(one.data).keys()) expect(statSync(path).mode & 0o777).toBe(0o600);
    const file = JSON.parse(readFileSync(join(one.data, 'secrets.key'), 'utf8')) as unknown;
    expect(file).toMatchObject({ argon2: expect.stringMatching(/^\$argon2id\$v=19\$m=65536,t=3,p=1\$/) });
  });

  it('are asked for at a terminal, twice when they are chosen', async () => {
    const one = scratch();
    const different = typing(RIGHT, WRONG);
    expect(await one.open({ terminal: different })).toMatchObject({
      refusal: { reason: 'passphrase-unreadable' },
    });
    expect(await one.open({ terminal: typing('short') })).toMatchObject({ ok: false });
    expect(await one.open({ terminal: typing('short', 'short') })).toMatchObject({
      refusal: { reason: 'passphrase-too-short' },
    });
    expect(keptIn(one.data)).toEqual({});
    await opened(one.open({ terminal: typing(RIGHT, RIGHT) }));
    const known = typing(RIGHT);
    await opened(one.open({ terminal: known }));
    expect(known.asked).toEqual([`Passphrase of ${one.data}: `]);
  });

  it('are refused by name when the passphrase is wrong or absent, and nothing changes', async () => {
    const one = scratch();
    await (await opened(one.open({ env: one.given(RIGHT).env }))).set('a', Buffer.of(1));
    const before = keptIn(one.data);
    const table: readonly (readonly [Parameters<typeof one.open>[0], string])[] = [
      [{ env: one.given(WRONG).env }, 'wrong-passphrase'],
      [{ terminal: typing(WRONG) }, 'wrong-passphrase'],
      [{ terminal: typing(null) }, 'passphrase-unreadable'],
      [{ terminal: typing('') }, 'passphrase-unreadable'],
      [{ env: { LIFEBOAT_PASSPHRASE_FD: '9999' } }, 'passphrase-unreadable'],
      [{ env: { LIFEBOAT_PASSPHRASE_FD: 'three' } }, 'passphrase-unreadable'],
      [{ env: one.given('').env }, 'passphrase-unreadable'],
      [{ env: one.given('x'.repeat(1025)).env }, 'passphrase-unreadable'],
      [{}, 'passphrase-needed'],
    ];
    for (const [by, reason] of table) {
      expect(await one.open(by)).toMatchObject({ ok: false, refusal: { reason } });
    }
    expect(keptIn(one.data)).toEqual(before);
    const wrong = { env: { LIFEBOAT_PASSPHRASE_FD: '3' }, files: [passphraseFile(one.path, WRONG)] };
    expect(await runNode([REKEY, '--tokens', '--data', one.data], wrong)).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('wrong-passphrase'),
    });
    expect(keptIn(one.data)).toEqual(before);
  });

  it('are wrapped anew when they were wrapped at a lower cost, and only then', async () => {
    const one = scratch();
    const master = Buffer.alloc(32, 5);
    const salt = Buffer.alloc(16, 1);
    const argon2 = `$argon2id$v=19$m=1024,t=1,p=1$${salt.toString('base64').slice(0, 22)}`;
    const cost = { memoryCost: 1024, timeCost: 1, parallelism: 1, outputLen: 32, salt };
    const sealed = seal(await hashRaw(RIGHT, cost), argon2, master).toString('base64');
    mkdirSync(one.data);
    const path = join(one.data, 'secrets.key');
    writeFileSync(path, JSON.stringify({ v: 1, keeper: 'passphrase', argon2, sealed }));
    await sealedSecrets(one.data, master).set('a', Buffer.of(9));
    const secrets = await opened(one.open({ env: one.given(RIGHT).env }));
    expect(await secrets.get('a')).toEqual(Buffer.of(9));
    const raised = readFileSync(path, 'utf8');
    expect(raised).toContain('m=65536,t=3');
    expect(await (await opened(one.open({ env: one.given(RIGHT).env }))).get('a')).toEqual(Buffer.of(9));
    expect(readFileSync(path, 'utf8')).toBe(raised);
    // A file that asks for a terabyte stops nobody.
    writeFileSync(path, raised.replace('m=65536', 'm=9999999'));
    expect(await one.open({ env: one.given(RIGHT).env })).toMatchObject({
      refusal: { reason: 'key-file-damaged' },
    });
  });

  it('are not made again over a key file that is damaged or gone', async () => {
    const one = scratch();
    await (await opened(one.open({ env: one.given(RIGHT).env }))).set('a', Buffer.of(1));
    const path = join(one.data, 'secrets.key');
    for (const damaged of ['', '{}', 'no json', '{"v":2,"keeper":"passphrase"}']) {
      writeFileSync(path, damaged);
      expect(await one.open({ env: one.given(RIGHT).env })).toMatchObject({
        refusal: { reason: 'key-file-damaged' },
      });
    }
    rmSync(path);
    expect(await one.open({ env: one.given(RIGHT).env })).toMatchObject({
      refusal: { reason: 'key-file-damaged' },
    });
  });

  it('are typed at a real terminal without being shown', async () => {
    const one = scratch();
    chmodSync(one.path, 0o700);
    const line = `exec "${process.execPath}" ${OPEN} ${one.data}`;
    const child = spawn('script', ['-qec', line, '/dev/null'], { env: { PATH: process.env['PATH'] ?? '' } });
    let shown = '';
    const prompts = ['New passphrase', 'once more'];
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      shown += text;
      if (!shown.includes(prompts[0] ?? '\n\n')) return;
      prompts.shift();
      // With a slip of the finger and its correction.
      setTimeout(() => child.stdin.write(`${RIGHT}x\u007f\r`), 100);
    });
    const status = await new Promise((resolve) => child.once('close', resolve));
    expect(shown).toMatch(/"seed":"[0-9a-f]{64}"/);
    expect(status).toBe(0);
    expect(shown).not.toContain('sentence');
    await opened(one.open({ env: one.given(RIGHT).env }));
  });
});

describe('a sealed secret', () => {
  const master = Buffer.alloc(32, 5);
  const fileOf = (folder: string, name: string): string =>
    join(folder, 'secrets.sealed', encodeURIComponent(name));

  it('does not open when a byte of it is another, when it is cut, or under the name of another', async () => {
    const { path } = scratchFolder();
    const secrets = sealedSecrets(path, master);
    await secrets.set('venue-password:USER', Buffer.from('let me in'));
    await secrets.set('other', Buffer.from('other'));
    const file = fileOf(path, 'venue-password:USER');
    const whole = readFileSync(file);
    for (let at = 0; at < whole.length; at++) {
      const changed = Buffer.from(whole);
      changed[at] = (changed[at] ?? 0) ^ 1;
      writeFileSync(file, changed);
      await expect(secrets.get('venue-password:USER')).rejects.toThrow('does not open');
      writeFileSync(file, whole.subarray(0, at));
      await expect(secrets.get('venue-password:USER')).rejects.toThrow('does not open');
    }
    renameSync(fileOf(path, 'other'), file);
    await expect(secrets.get('venue-password:USER')).rejects.toThrow('does not open');
    writeFileSync(file, whole);
    await expect(sealedSecrets(path, Buffer.alloc(32, 6)).get('venue-password:USER')).rejects.toThrow(
      'does not open',
    );
    expect(await secrets.get('venue-password:USER')).toEqual(Buffer.from('let me in'));
  });

  it('is absent, made, replaced and removed, and a name is never a path', async () => {
    const { path } = scratchFolder();
    const secrets = sealedSecrets(path, master);
    expect(await secrets.get('a')).toBeNull();
    expect(await secrets.make('a', () => Buffer.of(1))).toEqual(Buffer.of(1));
    expect(await secrets.make('a', () => Buffer.of(2))).toEqual(Buffer.of(1));
    await secrets.set('a', Buffer.of(3));
    expect(await secrets.get('a')).toEqual(Buffer.of(3));
    await secrets.remove('a');
    await secrets.remove('a');
    expect(await secrets.get('a')).toBeNull();
    await expect(secrets.set('../a', Buffer.of(1))).rejects.toThrow('can not be called');
    await expect(secrets.set('a', Buffer.alloc(4097))).rejects.toThrow('longer than');
    expect(keptIn(path)).toEqual({});
  });

  it('is the same for all who make it at once', async () => {
    const one = scratch();
    const given = { env: { LIFEBOAT_PASSPHRASE_FD: '3' }, files: [passphraseFile(one.path, RIGHT)] };
    await opened(one.open({ env: one.given(RIGHT).env }));
    const all = await Promise.all(Array.from({ length: 6 }, () => runNode([OPEN, one.data], given)));
    expect(all.map(({ status }) => status)).toEqual([0, 0, 0, 0, 0, 0]);
    expect(new Set(all.map(({ stdout }) => stdout)).size).toBe(1);
  });
});
