/**
 * npm run epoch -- --person NAME --person NAME [--data DIR]
 *
 * Two persons open a new epoch of a stopped desk. See HELP.
 * Exit status: 0 done, 1 refused, 2 misused.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { DeskConfig } from '#core/app.ts';
import { openEpoch } from '#core/app-epoch.ts';
import type { EpochPerson } from '#core/app-epoch.ts';
import { z } from 'zod';
import { dataFolder } from './data-folder.ts';
import { createHost } from './host.ts';
import { readSecrets } from './secrets.ts';
import { passphraseOf } from './secrets-passphrase.ts';
import { systemTerminal } from './secrets-terminal.ts';

const HELP = `npm run epoch -- --person NAME --person NAME [--data DIR]

Of a stopped desk whose journal is broken, or an old copy that was put back: opens a new epoch after the last row that
stands, in the name of two persons of the desk, one of them an admin. Where only main knows that it is
a copy, or that a row was changed, the desk must have heard it from main. Without --data the folder of LIFEBOAT_DATA.

Password and code of each (authenticator or recovery) are asked for at the terminal, or come on the descriptor that
LIFEBOAT_PASSWORD_FD names: four lines, password and code of the first, of the second.`;

const BUILD = 'lifeboat 0.1.0, npm run epoch';

/** How far the clock of a simulated desk is off. */
const Simulated = z.object({ clockOffsetMs: z.number() });

/** The command line is wrong: nothing was tried. */
class Misused extends Error {}

try {
  process.exitCode = await run(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof Misused)) throw error;
  process.exitCode = told(2, `${error.message}\n\n${HELP}`);
}

async function run(argv: readonly string[]): Promise<number> {
  const { data, names } = argumentsOf(argv);
  const [configured, simulated] = [join(data, 'desk.json'), join(data, 'simulation')];
  const isReal = existsSync(configured);
  const path = isReal ? configured : join(simulated, 'desk.json');
  if (!existsSync(path)) return told(1, `not done: no desk lives in ${data}`);
  const config = DeskConfig.parse(jsonIn(path));
  const clockOffsetMs = isReal ? 0 : Simulated.parse(jsonIn(join(simulated, 'world.json'))).clockOffsetMs;
  const secrets = await readSecrets(data);
  if (!secrets.ok) return told(1, `not done: ${secrets.refusal.text} (${secrets.refusal.reason})`);
  const persons = await personsOf(names);
  const host = createHost({
    data,
    screen: null,
    clockOffsetMs,
    secrets: secrets.value,
    reached: () => undefined,
  });
  const done = await openEpoch(host, config, { build: BUILD, persons });
  if (!done.ok) return told(1, `not done: ${done.refusal.text} (${done.refusal.reason})`);
  process.stdout.write(`epoch ${done.value.epoch} is open, up to seq ${done.value.seq}: start the desk\n`);
  return 0;
}

function argumentsOf(argv: readonly string[]) {
  try {
    const { values } = parseArgs({
      args: [...argv],
      options: {
        person: { type: 'string', multiple: true, default: [] },
        data: { type: 'string' },
      },
    });
    if (values.person.length !== 2) throw new Misused('two persons are named');
    return {
      data: values.data === undefined ? dataFolder(process.env, process.platform) : resolve(values.data),
      names: values.person,
    };
  } catch (error) {
    throw error instanceof Misused
      ? error
      : new Misused(error instanceof Error ? error.message : String(error));
  }
}

async function personsOf(names: readonly string[]): Promise<readonly EpochPerson[]> {
  const descriptor = process.env['LIFEBOAT_PASSWORD_FD'];
  const lines = descriptor === undefined ? null : passphraseOf(descriptor)?.toString('utf8').split(/\r?\n/);
  const terminal = systemTerminal();
  const next = async (question: string): Promise<string> => {
    const said = lines === null ? await terminal?.ask(question) : lines?.shift();
    if (said === undefined || said === null) throw new Misused(`not given: ${question}`);
    return said.toString();
  };
  const persons: EpochPerson[] = [];
  for (const user of names) {
    persons.push({
      user,
      password: await next(`Password of ${user}: `),
      code: await next(`Code of ${user}: `),
    });
  }
  return persons;
}

function jsonIn(path: string): unknown {
  return JSON.parse(readFileSync(path, 'utf8')) as unknown;
}

function told(status: number, text: string): number {
  process.stderr.write(`${text}\n`);
  return status;
}
