import { join } from 'node:path';
import { dataFolder } from '#main/data-folder.ts';
import { codeOf, nextStep, readPersons, STEP_MS } from './world/persons.ts';
import { readWorldFile } from './world/world-file.ts';

/**
 * `npm run code -- USER`: the authenticator of a person of the simulated desk, on the clock of that desk. Exit status:
 * 0 printed; 1 there is no such person here; 2 the command line is wrong.
 */
const [user, ...more] = process.argv.slice(2);

function run(): number {
  if (user === undefined || user.startsWith('-') || more.length > 0) {
    process.stderr.write('usage: npm run code -- USER\n');
    return 2;
  }
  const folder = join(dataFolder(process.env, process.platform), 'simulation');
  const world = readWorldFile(join(folder, 'world.json'));
  const persons = readPersons(join(folder, 'persons.json')) ?? [];
  const person = persons.find((one) => one.user === user && one.totpSecret !== '');
  if (world === null || person === undefined) {
    const there = persons.map((one) => one.user).join(', ') || 'nobody: has npm start made them?';
    process.stderr.write(`no ${user} in ${folder}; there is ${there}\n`);
    return 1;
  }
  const nowMs = Date.now() + world.clockOffsetMs;
  const step = nextStep(person, nowMs);
  const leftS = Math.ceil(((step + 1) * STEP_MS - nowMs) / 1000);
  process.stdout.write(`${codeOf(person, step)}  ${leftS} s, once\n`);
  return 0;
}

process.exitCode = run();
