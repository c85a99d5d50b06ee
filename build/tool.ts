import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The repository's root; every tool runs there. */
export const ROOT = dirname(import.meta.dirname);

/** No check may hold the run longer than this; a hung tool is a failed one. */
const TOOL_LIMIT_MS = 15 * 60_000;

/** How a tool ended. `output` is empty where the tool wrote straight to the terminal. */
export interface ToolEnd {
  readonly status: number;
  readonly output: string;
}

export interface ToolOptions {
  /** Its output goes to the terminal as it comes, instead of into the answer. */
  readonly show: boolean;
  readonly env?: Readonly<Record<string, string>>;
  /** Milliseconds until it is ended; null for a run that may take as long as it takes. */
  readonly limitMs?: number | null;
}

/** The script behind a package's command, read from the package itself so that it holds on every platform. */
function scriptOf(packageName: string, command: string): string {
  const folder = join(ROOT, 'node_modules', packageName);
  const manifest: unknown = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const bin: unknown =
    typeof manifest === 'object' && manifest !== null && 'bin' in manifest ? manifest.bin : '';
  const path: unknown =
    typeof bin === 'object' && bin !== null
      ? new Map<string, unknown>(Object.entries(bin)).get(command)
      : bin;
  if (typeof path !== 'string' || path === '') throw new Error(`${packageName} has no command ${command}`);
  return join(folder, path);
}

/** Runs a package's command under this Node, in the root. */
export function runTool(
  tool: { readonly package: string; readonly command: string },
  args: readonly string[],
  options: ToolOptions,
): Promise<ToolEnd> {
  return run(process.execPath, [scriptOf(tool.package, tool.command), ...args], options);
}

/** Runs a program in the root and waits for its end. A program that cannot start, or overstays, is a failure. */
export function run(program: string, args: readonly string[], options: ToolOptions): Promise<ToolEnd> {
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd: ROOT,
      env: { ...process.env, ...options.env },
      stdio: ['ignore', options.show ? 'inherit' : 'pipe', options.show ? 'inherit' : 'pipe'],
      timeout: options.limitMs === null ? 0 : (options.limitMs ?? TOOL_LIMIT_MS),
    });
    const chunks: Buffer[] = [];
    child.stdout?.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.stderr?.on('data', (chunk: Buffer) => chunks.push(chunk));
    const output = () => Buffer.concat(chunks).toString('utf8');
    child.on('error', (error) =>
      resolve({ status: 127, output: `${output()}${program}: ${error.message}\n` }),
    );
    child.on('close', (code, signal) =>
      resolve({ status: code ?? 1, output: signal === null ? output() : `${output()}ended by ${signal}\n` }),
    );
  });
}
