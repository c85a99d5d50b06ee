/**
 * Gives the journal of a simulated desk a key and dies at a named point: `node rekey-child.ts DATA POINT`, or
 * `encrypt` before them, for a journal that has none yet. Without a point it goes through.
 */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { encryptJournal, rotateKey, whileStopped } from '#core/journal/rotate.ts';
import { simulationSecrets } from '#main/secrets-simulation.ts';

const [what, data = '', at = ''] = process.argv.slice(2);
const path = join(data, 'desk.db');
const options = {
  path,
  secrets: simulationSecrets(data),
  randomBytes,
  reached: (point: string): void => {
    if (point === at) process.kill(process.pid, 'SIGKILL');
  },
};
const done = await whileStopped(path, () =>
  what === 'encrypt' ? encryptJournal(options) : rotateKey(options),
);
process.stdout.write(`${JSON.stringify(done)}\n`);
