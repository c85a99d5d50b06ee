import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { codeOf, nextStep, readPersons, STEP_MS, type Person } from '#drill/world/persons.ts';
import { readWorldFile } from '#drill/world/world-file.ts';

const ROOT = join(import.meta.dirname, '..', '..');
/** The address of the screen that start prints. */
const ADDRESS = /^Screen: (http:\/\/127\.0\.0\.1:\d+)$/;

/** `npm start` as a person runs it, on a data folder of its own; resolves when it has printed its address. */
export async function startDesk() {
  const data = mkdtempSync(join(tmpdir(), 'lifeboat-browser-'));
  const child = spawn(process.execPath, [join(ROOT, 'main', 'node.ts'), '--no-open'], {
    cwd: ROOT,
    env: { ...process.env, LIFEBOAT_DATA: data },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said: string[] = [];
  child.stderr.on('data', (chunk: Buffer) => said.push(chunk.toString()));
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const address = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      said.push(line);
      const found = ADDRESS.exec(line)?.[1];
      if (found !== undefined) resolve(found);
    });
    child.once('exit', (code) =>
      reject(new Error(`the desk ended with ${code ?? 'a signal'}:\n${said.join('\n')}`)),
    );
  });
  const usedSteps = new Map<string, number>();
  return {
    address,
    data,
    /** Lines that start printed. */
    said,
    person: (user: string): Person => personOf(data, user),
    /** What the authenticator of a person shows, on the clock of the desk; no code twice. */
    async code(user: string): Promise<string> {
      const person = personOf(data, user);
      const usedStep = Math.max(person.usedStep, usedSteps.get(user) ?? 0);
      const offsetMs = readWorldFile(join(data, 'simulation', 'world.json'))?.clockOffsetMs ?? 0;
      const step = nextStep({ usedStep }, Date.now() + offsetMs);
      // The desk takes the code of the next step, too; not one that is further ahead.
      const waitMs = (step - 1) * STEP_MS - (Date.now() + offsetMs);
      if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
      usedSteps.set(user, step);
      return codeOf(person, step);
    },
    /** Ctrl-C, and everything that it started with it. */
    async stop(): Promise<void> {
      child.kill('SIGINT');
      await ended;
      rmSync(data, { recursive: true, force: true });
    },
  };
}

function personOf(data: string, user: string): Person {
  const person = readPersons(join(data, 'simulation', 'persons.json'))?.find((one) => one.user === user);
  if (person === undefined) throw new Error(`start made no ${user}`);
  return person;
}

interface Said {
  readonly status: number | null;
  readonly output: string;
  readonly errors: string;
}

/** `npm run desk -- ...` beside a running desk. */
export async function commandLine(data: string, args: readonly string[], key?: string): Promise<Said> {
  return await run('main/desk.ts', data, args, key === undefined ? {} : { LIFEBOAT_API_KEY: key });
}

/** `npm run code -- USER`. */
export async function authenticator(data: string, user: string): Promise<Said> {
  return await run('drill/code.ts', data, [user], {});
}

async function run(
  script: string,
  data: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<Said> {
  const child = spawn(process.execPath, [join(ROOT, script), ...args], {
    env: { ...process.env, LIFEBOAT_DATA: data, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output: string[] = [];
  const errors: string[] = [];
  child.stdout.on('data', (chunk: Buffer) => output.push(chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => errors.push(chunk.toString()));
  const status = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { status, output: output.join(''), errors: errors.join('') };
}
