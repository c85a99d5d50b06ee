/**
 * npm run verify -- FILE [--json] [--public-key HEX]
 *
 * Checks a desk's journal row by row and names the first broken one. Reads only; the desk may be running. The key of
 * an encrypted one is found where its folder keeps it: keychain, LIFEBOAT_PASSPHRASE_FD or terminal.
 * Exit status: 0 the chain holds, 1 it is broken, 2 it could not be checked.
 */
import { parseArgs } from 'node:util';
import { fittingKey } from '#core/journal/rotate.ts';
import { needsKey, verifyFile } from '#core/journal/verify.ts';
import type { Break, ChainReport } from '#core/journal/verify.ts';
import { SingleBar } from 'cli-progress';
import { dirname, resolve } from 'node:path';
import { readSecrets } from './secrets.ts';

const USAGE = 'npm run verify -- FILE [--json] [--public-key HEX]';

process.exitCode = await run(process.argv.slice(2));

async function run(argv: readonly string[]): Promise<number> {
  const asked = argumentsOf(argv);
  if (typeof asked === 'string') return notChecked(asked, argv.includes('--json'));
  const key = await keyOf(asked.path);
  if (typeof key === 'string') return notChecked(key, asked.json);
  const bar = process.stderr.isTTY && !asked.json ? progressBar() : null;
  const done = verifyFile(asked.path, {
    key: key ?? undefined,
    publicKey: asked.publicKey,
    progress: bar?.update,
  });
  bar?.stop();
  if (!done.ok) return notChecked(done.refusal.text, asked.json);
  const report = done.value;
  say(asked.json ? JSON.stringify(report) : textOf(asked.path, report));
  return report.broken === null ? 0 : 1;
}

/** Null when the file needs none; a text when it needs one that can not be had. */
async function keyOf(path: string): Promise<Uint8Array | null | string> {
  if (!needsKey(path)) return null;
  const secrets = await readSecrets(dirname(resolve(path)));
  const wants = `${path} is no journal, or an encrypted one whose key is not here`;
  if (!secrets.ok) return `${wants}: ${secrets.refusal.text} (${secrets.refusal.reason})`;
  return (await fittingKey(secrets.value, path)) ?? wants;
}

function argumentsOf(
  argv: readonly string[],
): { readonly path: string; readonly json: boolean; readonly publicKey: Uint8Array | undefined } | string {
  try {
    const { values, positionals } = parseArgs({
      args: [...argv],
      options: { json: { type: 'boolean', default: false }, 'public-key': { type: 'string' } },
      allowPositionals: true,
    });
    const [path, ...more] = positionals;
    if (path === undefined || more.length > 0) return `one file is wanted: ${USAGE}`;
    const hex = values['public-key'];
    if (hex !== undefined && !/^([0-9a-f]{2})+$/i.test(hex))
      return 'the public key is hexadecimal (SPKI DER)';
    return { path, json: values.json, publicKey: hex === undefined ? undefined : Buffer.from(hex, 'hex') };
  } catch (error) {
    return `${error instanceof Error ? error.message : String(error)}: ${USAGE}`;
  }
}

function progressBar() {
  const bar = new SingleBar({ format: 'verify {bar} {value}/{total} rows', stream: process.stderr });
  let started = false;
  return {
    update: (rows: number, total: number): void => {
      if (!started) bar.start(total, 0);
      started = true;
      bar.update(rows);
    },
    stop: (): void => bar.stop(),
  };
}

function notChecked(text: string, json: boolean): number {
  if (json) say(JSON.stringify({ refused: text }));
  else process.stderr.write(`not checked: ${text}\n`);
  return 2;
}

function textOf(path: string, report: ChainReport): string {
  const { desk, rows, epochs, head, signed, publicKeys, broken, named } = report;
  const lines = [
    `${path}: desk ${desk || 'unknown'}, ${rows} rows, ${epochs} epoch${epochs === 1 ? '' : 's'}`,
    `head    ${head === null ? 'none' : `${head.epoch}/${head.seq} ${head.hash}`}`,
    `signed  ${signed === null ? 'none' : `${signed.epoch}/${signed.seq}`} by ${publicKeys.join(', ') || 'nobody'}`,
    ...named.map((row) => `left    ${breakText(row)}; a later epoch names it`),
    broken === null ? 'ok' : `BROKEN  ${breakText(broken)}`,
  ];
  return lines.join('\n');
}

function breakText({ epoch, seq, what, text }: Break): string {
  return `epoch ${epoch}, seq ${seq}, ${what}: ${text}`;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
