import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const ROOT = join(import.meta.dirname, '..', '..');
/** The address that start prints, with its one-time token. */
const ADDRESS = /(http:\/\/127\.0\.0\.1:\d+\/?[?#]token=[\w-]+)/;

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
  return {
    address,
    data,
    /** Ctrl-C, and everything that it started with it. */
    async stop(): Promise<void> {
      child.kill('SIGINT');
      await ended;
      rmSync(data, { recursive: true, force: true });
    },
  };
}

/** `npm run desk -- ...` beside a running desk: its exit status and standard output. */
export async function commandLine(
  data: string,
  args: readonly string[],
): Promise<{ readonly status: number | null; readonly output: string }> {
  const child = spawn(process.execPath, [join(ROOT, 'main', 'desk.ts'), ...args], {
    env: { ...process.env, LIFEBOAT_DATA: data },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const output: string[] = [];
  child.stdout.on('data', (chunk: Buffer) => output.push(chunk.toString()));
  const status = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { status, output: output.join('') };
}
