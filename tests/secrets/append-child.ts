/** Appends to the encrypted journal of a simulated desk without end, and says when fifty facts are in it. */
import { writeSync } from 'node:fs';
import { boundReached, openScratch } from '#core/journal/stage.ts';
import { simulationSecrets } from '#main/secrets-simulation.ts';
import { encryptedOptions } from './stage.ts';

const folder = process.argv[2] ?? '';
const journal = openScratch(await encryptedOptions(folder, simulationSecrets(folder)));
for (let n = 1; ; n++) {
  journal.append([boundReached(`fact ${n}`)]);
  if (n === 50) writeSync(1, 'fifty\n');
}
