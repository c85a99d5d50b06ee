import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { scratchFolder } from '#core/journal/stage-folder.ts';
import { filesWith, keptIn, OPEN, passphraseFile, REKEY, runInSession, runNode } from './run.ts';
import type { Ended } from './run.ts';

/** A machine with a keyring of its own, and a data folder on it. */
function machine() {
  const { path } = scratchFolder();
  const [home, data] = [join(path, 'home'), join(path, 'data')];
  mkdirSync(home, { mode: 0o700 });
  const node = (words: string): string => `"${process.execPath}" ${words}`;
  return {
    path,
    home,
    data,
    /** A new session each time, as after a restart: only what is on the disk is still there. */
    opened: async (unlocked = true) => said(await runInSession(home, unlocked, node(`${OPEN} ${data}`))),
    rekeyed: (env: string, words: string) =>
      runInSession(home, true, `${env} ${node(`${REKEY} --data ${data} ${words}`)}`),
    entries: async (): Promise<unknown> => {
      const list = `import('@napi-rs/keyring').then((k) => console.log(JSON.stringify(k.findCredentials('lifeboat').map((c) => c.account))))`;
      return JSON.parse((await runInSession(home, true, node(`-e "${list}"`))).stdout);
    },
  };
}

interface Said {
  readonly status: number | null;
  readonly seed?: string;
  readonly reason?: string;
  readonly text?: string;
}

function said(ended: Ended): Said {
  if (ended.stdout === '') throw new Error(ended.stderr);
  return { status: ended.status, ...(JSON.parse(ended.stdout) as Omit<Said, 'status'>) };
}

describe('keys in the keychain of the system, a real Secret Service', () => {
  it('are made once, found again after a restart, and are one entry, whatever is kept', async () => {
    const one = machine();
    const first = await one.opened();
    expect(first).toMatchObject({ status: 0, seed: expect.stringMatching(/^[0-9a-f]{64}$/) });
    expect(await one.opened()).toEqual(first);
    expect(await one.entries()).toEqual([expect.stringMatching(/^[0-9a-f]{32}\/master-key$/)]);
    expect(filesWith(one.data, Buffer.from(first.seed ?? '', 'hex'))).toEqual([]);
    // Two folders of one user do not share a key.
    await runInSession(one.home, true, `"${process.execPath}" ${OPEN} ${join(one.path, 'other')}`);
    expect(await one.entries()).toHaveLength(2);
  });

  it('are refused where they can not be had, and nothing is made in their place', async () => {
    const one = machine();
    const first = await one.opened();
    const before = keptIn(one.data);
    const noBus = said(await runNode([OPEN, one.data], { env: { HOME: one.home } }));
    expect(noBus).toMatchObject({
      status: 1,
      reason: 'no-keychain',
      text: expect.stringContaining('in the keychain'),
    });
    expect(await one.opened(false)).toMatchObject({ status: 1, reason: 'no-keychain' });
    const elsewhere = await runInSession(machine().home, true, `"${process.execPath}" ${OPEN} ${one.data}`);
    expect(said(elsewhere)).toMatchObject({ status: 1, reason: 'not-in-keychain' });
    expect(keptIn(one.data)).toEqual(before);
    expect(await one.opened()).toEqual(first);
  });

  it('without a keychain, a passphrase and a terminal nothing is made, and the ways out are said', async () => {
    const one = machine();
    const bare = said(await runNode([OPEN, one.data], { env: { HOME: one.home } }));
    expect(bare).toMatchObject({ status: 1, reason: 'no-keychain' });
    expect(bare.text).toMatch(/Unlock a keychain .*LIFEBOAT_PASSPHRASE_FD.*terminal/);
    expect(keptIn(one.data)).toEqual({});
    expect(await one.opened(false)).toMatchObject({ status: 1, reason: 'no-keychain' });
    expect(keptIn(one.data)).toEqual({});
  });

  it('move under a passphrase and back, and never open the other way', async () => {
    const one = machine();
    const { seed } = await one.opened();
    const phrase = passphraseFile(one.path, `a sentence ${randomBytes(4).toString('hex')}`);
    const given = { env: { HOME: one.home, LIFEBOAT_PASSPHRASE_FD: '3' }, files: [phrase] };
    expect(said(await runNode([OPEN, one.data], given))).toMatchObject({ status: 1, reason: 'other-keeper' });

    expect(await one.rekeyed('', '--to passphrase')).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('passphrase-needed'),
    });
    expect(await one.rekeyed('LIFEBOAT_NEW_PASSPHRASE_FD=3', `--to passphrase 3< ${phrase}`)).toMatchObject({
      status: 0,
      stdout: 'the keys are under the new passphrase\n',
    });
    expect(await one.entries()).toEqual([]);
    expect(said(await runNode([OPEN, one.data], given))).toEqual({ status: 0, seed });
    expect(await one.opened()).toMatchObject({ status: 1, reason: 'passphrase-needed' });

    expect(await one.rekeyed('LIFEBOAT_PASSPHRASE_FD=3', `--to keychain 3< ${phrase}`)).toMatchObject({
      status: 0,
      stdout: 'the keys are in the keychain\n',
    });
    expect(await one.opened()).toEqual({ status: 0, seed });
  });
});
