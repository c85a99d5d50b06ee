/**
 * npm run headquarters -- COMMAND
 *
 * The tool of headquarters, run far from any desk: its keys, the files that desks without a network take in, and its
 * agreement to what a desk asks for. docs/identity.md says what each thing is for.
 * Exit status: 0 done, 1 refused, 2 misused.
 */
import { createHash, createHmac, randomBytes, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { parseArgs } from 'node:util';
import { approvalText, truncated } from '#core/approvals/domain-headquarters.ts';
import {
  canonical,
  CODE_BYTES,
  enrolmentCode,
  listOf,
  plainCode,
  RevocationDraft,
  RevocationList,
  SetDraft,
  setOf,
  signedText,
  UserSet,
} from '#core/users/domain-set.ts';
import { z } from 'zod';
import { makeKeys, NotDone, passphrase, signingKey, telephoneKey, writeNew } from './headquarters-keys.ts';
import { readOrNull } from './secrets-file.ts';

const HELP = `npm run headquarters -- keys --out FOLDER
npm run headquarters -- sign-users SET.json --key FILE --out FILE [--codes FILE]
npm run headquarters -- sign-revocations LIST.json --key FILE --out FILE
npm run headquarters -- sign SUBJECT --key FILE                     a signature that agrees to an approval
npm run headquarters -- code SUBJECT --telephone-key FILE           eight digits to read over the telephone

Keys made with a passphrase on the descriptor that LIFEBOAT_PASSPHRASE_FD names need it again each time.
Status 0 done, 1 refused, 2 misused.`;

/** Bytes of a draft; the desks take no larger file either. */
const DRAFT_BYTES_MAX = 4 * 1024 * 1024;
const OPTIONS = {
  out: { type: 'string' },
  key: { type: 'string' },
  codes: { type: 'string' },
  'telephone-key': { type: 'string' },
  help: { type: 'boolean' },
} as const;

/** The command line is wrong: nothing was tried. */
class Misused extends Error {
  override readonly name = 'Misused';
}

interface Asked {
  /** What the command is about; empty for `keys`. */
  readonly what: string;
  /** The value of an option that the command needs. */
  readonly needed: (name: 'out' | 'key' | 'telephone-key') => string;
  readonly codes: string | null;
  /** The passphrase, read when it is asked for. */
  readonly secret: () => Uint8Array | null;
}

const COMMANDS: Readonly<Record<string, { readonly options: readonly string[]; readonly run: Command }>> = {
  keys: { options: ['out'], run: keys },
  'sign-users': { options: ['key', 'out', 'codes'], run: signUsers },
  'sign-revocations': { options: ['key', 'out'], run: signRevocations },
  sign: { options: ['key'], run: signApproval },
  code: { options: ['telephone-key'], run: telephoneCode },
};
type Command = (asked: Asked) => Promise<string>;

process.exitCode = await main(process.argv.slice(2));

async function main(argv: readonly string[]): Promise<number> {
  if (argv.includes('--help')) {
    say(HELP);
    return 0;
  }
  try {
    const [name = '', ...rest] = argv;
    const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
    if (command === undefined) throw new Misused(name === '' ? 'a command is wanted' : `no command ${name}`);
    say(await command.run(askedOf(name, command.options, rest)));
    return 0;
  } catch (error) {
    if (error instanceof Misused) return tell(`${error.message}\n\n${HELP}`, 2);
    if (error instanceof NotDone) return tell(`refused: ${error.message}`, 1);
    // A folder that is not there, a full disk: what the system says is all that there is to say.
    if (error instanceof Error && 'code' in error) return tell(`refused: ${error.message}`, 1);
    throw error;
  }
}

function askedOf(name: string, allowed: readonly string[], argv: readonly string[]): Asked {
  const { values, positionals } = argumentsOf(argv);
  const foreign = Object.keys(values).find((option) => !allowed.includes(option));
  if (foreign !== undefined) throw new Misused(`${name} takes no --${foreign}`);
  const [what = '', ...more] = positionals;
  if (more.length > 0 || (what === '') !== (name === 'keys')) {
    throw new Misused(name === 'keys' ? 'keys takes --out only' : `${name} takes one thing`);
  }
  return {
    what,
    codes: values.codes ?? null,
    needed(option) {
      const value = values[option];
      if (value === undefined || value === '') throw new Misused(`${name} needs --${option}`);
      return value;
    },
    secret: () => passphrase(process.env['LIFEBOAT_PASSPHRASE_FD']),
  };
}

function argumentsOf(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options: OPTIONS, allowPositionals: true });
  } catch (error) {
    throw new Misused(error instanceof Error ? error.message : String(error));
  }
}

async function keys({ needed, secret }: Asked): Promise<string> {
  const phrase = secret();
  const { paths, publicHex } = await makeKeys(needed('out'), phrase);
  if (phrase === null) tell('warning: without a passphrase the keys lie bare; keep them locked away', 0);
  return `${paths.join('\n')}\nidentity.headquartersKey for desk.json: ${publicHex}`;
}

async function signUsers({ what, needed, codes, secret }: Asked): Promise<string> {
  const [keyPath, out] = [needed('key'), needed('out')];
  const draft = read(SetDraft, what);
  const made = new Map<string, string>();
  const codeHash = (user: string): string => {
    const code = enrolmentCode(randomBytes(CODE_BYTES));
    made.set(user, code);
    return createHash('sha256').update(plainCode(code)).digest('hex');
  };
  const set = checked(UserSet, setOf(draft, Date.now(), codeHash), what);
  if (made.size > 0 && codes === null) {
    throw new NotDone(`${made.size} persons get a new code: name a file for them with --codes`);
  }
  const key = await signingKey(keyPath, secret());
  // Codes first: a set whose codes nobody has would have to be issued again.
  if (codes !== null) writeNew(codes, [...made].map(([user, code]) => `${user}\t${code}\n`).join(''));
  const sha256 = writeSigned(set, key, out);
  const until = new Date(set.validUntilMs).toISOString();
  return `${out}: issue ${set.issue} of ${set.set}, ${set.users.length} persons, valid until ${until}, SHA-256 ${sha256}`;
}

async function signRevocations({ what, needed, secret }: Asked): Promise<string> {
  const [keyPath, out] = [needed('key'), needed('out')];
  const list = checked(RevocationList, listOf(read(RevocationDraft, what), Date.now()), what);
  const sha256 = writeSigned(list, await signingKey(keyPath, secret()), out);
  return `${out}: issue ${list.issue} of ${list.set}, ${list.users.length} persons, SHA-256 ${sha256}`;
}

async function signApproval({ what, needed, secret }: Asked): Promise<string> {
  const text = Buffer.from(approvalText(subjectOf(what)));
  const key = await signingKey(needed('key'), secret());
  return sign(null, text, key).toString('base64url');
}

async function telephoneCode({ what, needed, secret }: Asked): Promise<string> {
  const text = approvalText(subjectOf(what));
  const key = await telephoneKey(needed('telephone-key'), secret());
  return truncated(createHmac('sha256', key).update(text).digest());
}

function subjectOf(text: string): string {
  const subject = text.toLowerCase();
  if (!/^[0-9a-f]{64}$/.test(subject))
    throw new NotDone('a subject is the 64 hexadecimal digits that the desk shows');
  return subject;
}

function read<Shape extends z.ZodType>(shape: Shape, path: string): z.output<Shape> {
  const bytes = readOrNull(path);
  if (bytes === null) throw new NotDone(`there is no file ${path}`);
  if (bytes.length > DRAFT_BYTES_MAX) throw new NotDone(`${path} is larger than ${DRAFT_BYTES_MAX} bytes`);
  return checked(shape, jsonOf(bytes.toString(), path), path);
}

function jsonOf(text: string, path: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new NotDone(`${path} is no JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function checked<Shape extends z.ZodType>(shape: Shape, value: unknown, path: string): z.output<Shape> {
  const parsed = shape.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new NotDone(`${path} is not right:\n${z.prettifyError(parsed.error)}`);
}

/** Gives the hash by which a desk's log names the file. */
function writeSigned(value: unknown, key: KeyObject, out: string): string {
  const line = canonical(value);
  writeNew(out, signedText(line, sign(null, Buffer.from(line), key).toString('base64url')));
  return createHash('sha256').update(line).digest('hex');
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

function tell(text: string, status: number): number {
  process.stderr.write(`${text}\n`);
  return status;
}
