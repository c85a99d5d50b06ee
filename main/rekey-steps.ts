import { randomBytes } from 'node:crypto';
import { existsSync, rmdirSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { TOKEN_KEY } from '#core/app-secrets.ts';
import type { Secrets } from '#core/host.ts';
import { encryptJournal, rotateKey } from '#core/journal/rotate.ts';
import { needsKey } from '#core/journal/verify.ts';
import { ok, refuse } from '#core/lib/result.ts';
import type { Result } from '#core/lib/result.ts';
import { telephoneKey } from './headquarters-keys.ts';
import { readOrNull } from './secrets-file.ts';
import * as keeper from './secrets-keeper.ts';
import type { Keeper, KeyFile, Opened } from './secrets-keeper.ts';
import { lineOf, PASSPHRASE_BYTES_MAX, passphraseOf } from './secrets-passphrase.ts';
import { sealedSecrets } from './secrets-sealed.ts';
import { isSimulated, simulationSecrets } from './secrets-simulation.ts';
import { newPassphrase, openMaster, plainSecrets, systemOptions } from './secrets.ts';
import type { Master, SecretsOptions } from './secrets.ts';

/** What the command line asks for. */
export interface Asked {
  readonly data: string;
  readonly encrypt: boolean;
  readonly database: boolean;
  readonly tokens: boolean;
  readonly venueUser: string | null;
  readonly mainToken: boolean;
  readonly telephoneKeyFile: string | null;
  readonly to: Keeper | null;
}

interface Refusal {
  readonly reason: string;
  readonly text: string;
}
type Done = Result<null, Refusal>;
type Say = (line: string) => void;

const KEY_BYTES = 32;
const DONE: Done = ok(null);

/** Does what is asked for, one after the other, and stops at the first refusal. The journal's lock is held. */
export async function rekeySteps(asked: Asked, say: Say): Promise<Done> {
  const options = { ...systemOptions(asked.data), plainToo: asked.encrypt };
  const opened = await openKeys(options);
  if (!opened.ok) return opened;
  const { secrets, master } = opened.value;
  const { data, venueUser, telephoneKeyFile, to } = asked;
  const path = join(data, 'desk.db');
  const steps: readonly (false | (() => Promise<Done>))[] = [
    asked.encrypt && (() => encrypt(data, secrets, say)),
    asked.database &&
      (async () => told(await rotateKey({ path, secrets, randomBytes }), say, `${path} has a new key`)),
    asked.tokens && (() => newTokenKey(secrets, say)),
    venueUser !== null &&
      (() => keepLine(`venue-password:${venueUser}`, `the password of ${venueUser}`, secrets, options, say)),
    asked.mainToken && (() => keepLine('main-token', "this desk's token at main", secrets, options, say)),
    telephoneKeyFile !== null && (() => keepTelephoneKey(telephoneKeyFile, secrets, options, say)),
    to !== null && (() => move(to, master, options, say)),
  ];
  for (const step of steps) {
    const done = step === false ? DONE : await step();
    if (!done.ok) return done;
  }
  return DONE;
}

type Keys = { readonly secrets: Secrets; readonly master: Master | null };

/** A simulated desk has no keeper, and no master key to move. */
async function openKeys(options: SecretsOptions): Promise<Result<Keys, Refusal>> {
  const { data } = options;
  if (isSimulated(data) && !existsSync(join(data, 'desk.json'))) {
    return ok({ secrets: simulationSecrets(data), master: null });
  }
  const master = await openMaster(options);
  return master.ok ? ok({ secrets: sealedSecrets(data, master.value.key), master: master.value }) : master;
}

/** First the keys are taken over, then the journal is encrypted, and only then the plain keys go. */
async function encrypt(data: string, secrets: Secrets, say: Say): Promise<Done> {
  const path = join(data, 'desk.db');
  const plain = plainSecrets(data);
  const notYet = existsSync(path) && !needsKey(path);
  for (const file of plain) {
    const value = readOrNull(file);
    const name = decodeURIComponent(basename(file, '.key'));
    if (value === null) continue;
    // The plain keys are those of a plain journal. Beside an encrypted one they are old: what is sealed stands.
    if (notYet) await secrets.set(name, value);
    else await secrets.make(name, () => value);
  }
  const done = await encryptJournal({ path, secrets, randomBytes });
  if (
    !done.ok &&
    (plain.length === 0 || !['already-encrypted', 'no-such-file'].includes(done.refusal.reason))
  ) {
    return done;
  }
  if (done.ok) say(`${path} is encrypted`);
  for (const file of plain) rmSync(file);
  const [first] = plain;
  if (first !== undefined) {
    rmdirSync(dirname(first));
    say(`${plain.length} keys are sealed; their plain files are gone`);
  }
  return DONE;
}

async function newTokenKey(secrets: Secrets, say: Say): Promise<Done> {
  await secrets.set(TOKEN_KEY, randomBytes(KEY_BYTES));
  say('tokens are signed with a new key: every client signs in anew');
  return DONE;
}

/** A secret of one line that somebody else gave out: asked for at the terminal, else read from standard input. */
async function keepLine(
  name: string,
  what: string,
  secrets: Secrets,
  options: SecretsOptions,
  say: Say,
): Promise<Done> {
  const { terminal } = options;
  const line =
    terminal === null ? passphraseOf('0') : lineOf((await terminal.ask(`${what}: `)) ?? Buffer.of());
  if (line === null) {
    const text = `${what} is one line of at most ${PASSPHRASE_BYTES_MAX} bytes`;
    return refuse({ reason: 'line-unreadable', text });
  }
  await secrets.set(name, line);
  say(`${what} is kept`);
  return DONE;
}

async function keepTelephoneKey(
  file: string,
  secrets: Secrets,
  options: SecretsOptions,
  say: Say,
): Promise<Done> {
  const descriptor = options.env['LIFEBOAT_FILE_PASSPHRASE_FD'];
  const asked = `Passphrase of ${file} (empty when it has none): `;
  const given = descriptor === undefined ? await options.terminal?.ask(asked) : passphraseOf(descriptor);
  const passphrase = given === undefined || given?.length === 0 ? null : given;
  await secrets.set('telephone-key', await telephoneKey(file, passphrase));
  say('the key for codes over the telephone is kept');
  return DONE;
}

/** The new keeper has the key before the folder names it, and the old one loses it last. */
async function move(to: Keeper, master: Master | null, options: SecretsOptions, say: Say): Promise<Done> {
  if (master === null) {
    const text = `${options.data} holds a simulated desk: its keys are not protected and stay where they are`;
    return refuse({ reason: 'simulated-data', text });
  }
  if (to === 'keychain' && master.file.keeper === 'keychain') {
    return refuse({
      reason: 'there-already',
      text: `the keys in ${options.data} are in the keychain already`,
    });
  }
  const made =
    to === 'keychain'
      ? await keeper.intoKeychain(options.keychain, master.key)
      : await underPassphrase(master, options);
  if (!made.ok) return made;
  keeper.replaceKeyFile(options.data, made.value);
  const gone = await keeper.outOfKeychain(options.keychain, master.file);
  say(to === 'keychain' ? 'the keys are in the keychain' : 'the keys are under the new passphrase');
  if (!gone) say('the entry lifeboat in the keychain could not be removed: remove it by hand');
  return DONE;
}

async function underPassphrase(master: Master, options: SecretsOptions): Promise<Opened<KeyFile>> {
  const chosen = await newPassphrase(options, 'LIFEBOAT_NEW_PASSPHRASE_FD');
  return chosen.ok ? ok(await keeper.intoPassphrase(chosen.value, master.key)) : chosen;
}

function told(done: Done, say: Say, line: string): Done {
  if (done.ok) say(line);
  return done;
}
