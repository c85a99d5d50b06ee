import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Secrets } from '#core/host.ts';
import { ok, refuse } from '#core/lib/result.ts';
import { systemKeychain } from '#native-bridge/keychain.ts';
import type { Keychain } from '#native-bridge/keychain.ts';
import * as keeper from './secrets-keeper.ts';
import type { KeyFile, Opened } from './secrets-keeper.ts';
import { lineOf, passphraseOf, PASSPHRASE_BYTES_MIN } from './secrets-passphrase.ts';
import { sealedSecrets } from './secrets-sealed.ts';
import { isSimulated, simulationSecrets } from './secrets-simulation.ts';
import { systemTerminal } from './secrets-terminal.ts';
import type { Terminal } from './secrets-terminal.ts';

export interface SecretsOptions {
  /** The data folder. */
  readonly data: string;
  /** LIFEBOAT_PASSPHRASE_FD in it is the number of a descriptor that gives the passphrase; read once, and closed. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Null where nobody can be asked. */
  readonly terminal: Terminal | null;
  readonly keychain: Keychain;
  /** Makes nothing and changes nothing. */
  readonly readOnly?: boolean;
  /** A folder with keys in plain files, as older versions left them, is opened all the same. */
  readonly plainToo?: boolean;
}

export interface Master {
  readonly key: Uint8Array;
  readonly file: KeyFile;
}

const PASSPHRASE = 'LIFEBOAT_PASSPHRASE_FD';
const NEW_PASSPHRASE = 'LIFEBOAT_NEW_PASSPHRASE_FD';
/** Where versions before the keychain kept keys as they are. */
const PLAIN = 'secrets';

/** What a desk of this process opens its secrets with: keychain, descriptor or terminal; a simulated one with none. */
export async function deskSecrets(data: string, simulated: boolean): Promise<Opened<Secrets>> {
  return simulated ? ok(simulationSecrets(data)) : await openSecrets(systemOptions(data));
}

export function systemOptions(data: string): SecretsOptions {
  return { data, env: process.env, terminal: systemTerminal(), keychain: systemKeychain() };
}

/** The secrets of whatever desk lives in that folder, simulated or real, for a command that only reads them. */
export async function readSecrets(data: string): Promise<Opened<Secrets>> {
  if (isSimulated(data) && !existsSync(join(data, 'desk.json'))) return ok(simulationSecrets(data));
  return await openSecrets({ ...systemOptions(data), readOnly: true });
}

/**
 * Opens the secrets of a data folder, and makes them in a new one: with the passphrase where one is given, else in
 * the keychain, else with a passphrase that is asked for; never in a plain file. A folder stays with the keeper that
 * it was made with, and is refused with the way out where that one can not be had.
 */
export async function openSecrets(options: SecretsOptions): Promise<Opened<Secrets>> {
  const master = await openMaster(options);
  return master.ok ? ok(sealedSecrets(options.data, master.value.key)) : master;
}

/** As `openSecrets`, but gives the master key itself, to move it. */
export async function openMaster(options: SecretsOptions): Promise<Opened<Master>> {
  const { data } = options;
  if (isSimulated(data)) {
    const text = `${data} holds a simulated desk; a desk with real exchanges needs a folder of its own (LIFEBOAT_DATA)`;
    return refuse({ reason: 'simulated-data', text });
  }
  if (options.plainToo !== true && plainSecrets(data).length > 0) {
    const text = `${join(data, PLAIN)} holds keys in plain files; npm run rekey -- --encrypt takes them over`;
    return refuse({ reason: 'plain-secrets', text });
  }
  const found = keeper.readKeyFile(data);
  if (!found.ok) return found;
  if (found.value !== null) return await masterOf(found.value, options);
  if (options.readOnly === true) {
    return refuse({ reason: 'no-secrets', text: `there are no keys in ${data}` });
  }
  if (existsSync(join(data, 'secrets.sealed'))) {
    const text = `${data} has secrets but no secrets.key to open them: put back a copy of it`;
    return refuse({ reason: 'key-file-damaged', text });
  }
  return await newMaster(options);
}

/** Files of plain keys in that folder. */
export function plainSecrets(data: string): readonly string[] {
  const folder = join(data, PLAIN);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith('.key'))
    .map((name) => join(folder, name));
}

/** A passphrase that is chosen now: from a descriptor, else asked for twice. */
export async function newPassphrase(
  { env, terminal, data }: SecretsOptions,
  variable: typeof PASSPHRASE | typeof NEW_PASSPHRASE,
): Promise<Opened<Buffer>> {
  if (env[variable] !== undefined) {
    const given = descriptorPassphrase(variable, env[variable]);
    return given.ok ? longEnough(given.value) : given;
  }
  if (terminal === null) {
    const text = `a new passphrase comes on a descriptor named in ${variable}, or from a terminal`;
    return refuse({ reason: 'passphrase-needed', text });
  }
  const first = await terminal.ask(`New passphrase for the keys in ${data}: `);
  const again = first === null ? null : await terminal.ask('The same once more: ');
  if (first === null || again?.equals(first) !== true) {
    return refuse({ reason: 'passphrase-unreadable', text: 'the two passphrases are not the same' });
  }
  return longEnough(first);
}

async function newMaster(options: SecretsOptions): Promise<Opened<Master>> {
  const key = randomBytes(keeper.MASTER_KEY_BYTES);
  const made = await newKeyFile(options, key);
  if (!made.ok) return made;
  if (keeper.putKeyFile(options.data, made.value)) return ok({ key, file: made.value });
  await keeper.outOfKeychain(options.keychain, made.value);
  const text = `another process made the keys in ${options.data} at this moment: start again`;
  return refuse({ reason: 'made-elsewhere', text });
}

async function newKeyFile(options: SecretsOptions, key: Uint8Array): Promise<Opened<KeyFile>> {
  const { env, terminal, keychain } = options;
  if (env[PASSPHRASE] === undefined) {
    const kept = await keeper.intoKeychain(keychain, key);
    if (kept.ok) return kept;
    if (terminal === null) {
      const ways = `Unlock a keychain (on Linux a Secret Service), or give a passphrase: ${PASSPHRASE}=0 with < FILE`;
      return refuse({
        reason: 'no-keychain',
        text: `${kept.refusal.text}. ${ways}, or start it at a terminal`,
      });
    }
  }
  const passphrase = await newPassphrase(options, PASSPHRASE);
  return passphrase.ok ? ok(await keeper.intoPassphrase(passphrase.value, key)) : passphrase;
}

async function masterOf(file: KeyFile, options: SecretsOptions): Promise<Opened<Master>> {
  const { data, env, keychain } = options;
  if (file.keeper === 'keychain') {
    if (env[PASSPHRASE] !== undefined) {
      const text = `the keys in ${data} are in the keychain: unset ${PASSPHRASE}, or move them with npm run rekey -- --to passphrase`;
      return refuse({ reason: 'other-keeper', text });
    }
    const key = await keeper.fromKeychain(keychain, file);
    return key.ok ? ok({ key: key.value, file }) : key;
  }
  const passphrase = await knownPassphrase(options);
  if (!passphrase.ok) return passphrase;
  const opened = await keeper.fromPassphrase(passphrase.value, file, data);
  if (!opened.ok) return opened;
  const { masterKey: key, cheap } = opened.value;
  if (!cheap || options.readOnly === true) return ok({ key, file });
  const raised = await keeper.intoPassphrase(passphrase.value, key);
  keeper.replaceKeyFile(data, raised);
  return ok({ key, file: raised });
}

async function knownPassphrase({ env, terminal, data }: SecretsOptions): Promise<Opened<Buffer>> {
  if (env[PASSPHRASE] !== undefined) return descriptorPassphrase(PASSPHRASE, env[PASSPHRASE]);
  if (terminal === null) {
    const text = `the keys in ${data} are under a passphrase: it comes on a descriptor named in ${PASSPHRASE}, or from a terminal`;
    return refuse({ reason: 'passphrase-needed', text });
  }
  const typed = await terminal.ask(`Passphrase of ${data}: `);
  if (typed !== null && lineOf(typed) !== null) return ok(typed);
  return refuse({ reason: 'passphrase-unreadable', text: 'no passphrase was given' });
}

function descriptorPassphrase(variable: string, descriptor: string): Opened<Buffer> {
  const given = passphraseOf(descriptor);
  if (given !== null) return ok(given);
  const text = `${variable} names no descriptor from which one line of at most 1,024 bytes can be read`;
  return refuse({ reason: 'passphrase-unreadable', text });
}

function longEnough(passphrase: Buffer): Opened<Buffer> {
  if (passphrase.length >= PASSPHRASE_BYTES_MIN) return ok(passphrase);
  const text = `a passphrase has at least ${PASSPHRASE_BYTES_MIN} characters: better a sentence than a word`;
  return refuse({ reason: 'passphrase-too-short', text });
}
