/**
 * Opens the secrets of a folder as a desk does, makes one secret where there is none yet, and says what came of it as
 * one line of JSON: `node open-child.ts FOLDER`.
 */
import { randomBytes } from 'node:crypto';
import { openSecrets, systemOptions } from '#main/secrets.ts';

const opened = await openSecrets(systemOptions(process.argv[2] ?? ''));
const seed = opened.ok ? await opened.value.make('journal-signing-seed', () => randomBytes(32)) : null;
const said = opened.ok
  ? { seed: Buffer.from(seed ?? []).toString('hex') }
  : { reason: opened.refusal.reason, text: opened.refusal.text };
process.stdout.write(`${JSON.stringify(said)}\n`);
process.exitCode = opened.ok ? 0 : 1;
