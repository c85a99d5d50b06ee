import { spawn } from 'node:child_process';
import { hash } from 'node:crypto';
import { closeSync, existsSync, openSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
export const OPEN = fileURLToPath(new URL('open-child.ts', import.meta.url));
export const REKEY = join(ROOT, 'main', 'rekey.ts');
export const VERIFY = join(ROOT, 'main', 'verify.ts');

export interface Ended {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Files that the program has as its descriptors 3, 4, ... */
  readonly files?: readonly string[];
  /** What it reads from its standard input; nothing where it is left out. */
  readonly input?: string;
}

/** Runs a program of this tree with no more of an environment than it is given, and waits for its end. */
export function runNode(words: readonly string[], options: RunOptions = {}): Promise<Ended> {
  return run(process.execPath, words, options);
}

/** Lines for a shell in a session with a bus of its own and a Secret Service that keeps its keyring in `home`. */
export function runInSession(home: string, unlocked: boolean, script: string): Promise<Ended> {
  const daemon = unlocked
    ? 'printf x | gnome-keyring-daemon --unlock --components=secrets >&2'
    : 'gnome-keyring-daemon --start --components=secrets >&2';
  return run('dbus-run-session', ['--', 'bash', '-c', `${daemon}; ${script}`], {
    env: { HOME: home, XDG_RUNTIME_DIR: home },
  });
}

async function run(program: string, words: readonly string[], options: RunOptions): Promise<Ended> {
  const { env = {}, files = [], input = '' } = options;
  const descriptors = files.map((path) => openSync(path, 'r'));
  const child = spawn(program, words, {
    env: { PATH: process.env['PATH'] ?? '', ...env },
    stdio: ['pipe', 'pipe', 'pipe', ...descriptors],
  });
  const said = { stdout: '', stderr: '' };
  child.stdout?.setEncoding('utf8').on('data', (text: string) => void (said.stdout += text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => void (said.stderr += text));
  child.stdin?.end(input);
  const [status, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, by) => resolve([code, by]));
  });
  for (const descriptor of descriptors) closeSync(descriptor);
  return { ...said, status, signal };
}

/** A file with that passphrase, as an operator would hand one in. */
export function passphraseFile(folder: string, passphrase: string): string {
  const path = join(folder, `passphrase-${hash('sha256', passphrase).slice(0, 8)}`);
  writeFileSync(path, `${passphrase}\n`);
  return path;
}

/** Every file under the folder by its path, with its bytes. */
export function filesOf(folder: string): ReadonlyMap<string, Buffer> {
  if (!existsSync(folder)) return new Map();
  const names = readdirSync(folder, { recursive: true, withFileTypes: true });
  return new Map(
    names
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => [path, readFileSync(path)]),
  );
}

/**
 * What is kept under the folder, file by file. Without what SQLite keeps for a reader (the `-shm` file) and files
 * that hold nothing.
 */
export function keptIn(folder: string): Readonly<Record<string, string>> {
  const kept = [...filesOf(folder)].filter(([path, bytes]) => !path.endsWith('-shm') && bytes.length > 0);
  return Object.fromEntries(kept.map(([path, bytes]) => [path, hash('sha256', bytes)]));
}

/** Paths of the files under the folder that hold those bytes as they are, in hexadecimal or in base64. */
export function filesWith(folder: string, bytes: Uint8Array): readonly string[] {
  const value = Buffer.from(bytes);
  const shapes = [value, Buffer.from(value.toString('hex')), Buffer.from(value.toString('base64'))];
  return [...filesOf(folder)]
    .filter(([, found]) => shapes.some((shape) => found.includes(shape)))
    .map(([path]) => path);
}
