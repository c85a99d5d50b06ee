/**
 * npm run rekey -- WHAT [--data DIR]
 *
 * Keys of a stopped desk: encrypts its journal, changes keys, moves them to another keeper. See HELP.
 * Exit status: 0 done, 1 refused, 2 misused.
 */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { whileStopped } from '#core/journal/rotate.ts';
import { dataFolder } from './data-folder.ts';
import { NotDone } from './headquarters-keys.ts';
import { rekeySteps } from './rekey-steps.ts';
import type { Asked } from './rekey-steps.ts';

const HELP = `npm run rekey -- WHAT [--data DIR]      of a stopped desk; without --data that of LIFEBOAT_DATA

  --encrypt              encrypts a journal that an older version wrote, and takes its plain keys over
  --database             encrypts the journal with a new key
  --tokens               a new key for tokens: every client signs in anew
  --venue-password USER  keeps the logon password of a venue's user: asked for, or read from standard input
  --main-token           keeps this desk's token at main: asked for, or read from standard input
  --telephone-key FILE   keeps the key that headquarters shares for codes over the telephone
  --to passphrase        puts the keys under a passphrase, or under another one
  --to keychain          puts the keys in the system's keychain

A passphrase is asked for at the terminal, or comes on the descriptor that a variable names: that of the keys on
LIFEBOAT_PASSPHRASE_FD, the new one on LIFEBOAT_NEW_PASSPHRASE_FD, that of headquarters' file on
LIFEBOAT_FILE_PASSPHRASE_FD. The key that signs the journal and the one that seals second factors are not changed.`;

const KEEPERS = ['passphrase', 'keychain'] as const;

process.exitCode = await run(process.argv.slice(2));

async function run(argv: readonly string[]): Promise<number> {
  const asked = argumentsOf(argv);
  if (asked === 'help') {
    process.stdout.write(`${HELP}\n`);
    return 0;
  }
  if (typeof asked === 'string') return ended(2, `${asked}\n\n${HELP}`);
  if (!existsSync(asked.data)) return ended(1, `not done: there is no folder ${asked.data}`);
  try {
    const done = await whileStopped(join(asked.data, 'desk.db'), () => rekeySteps(asked, say));
    return done.ok ? 0 : ended(1, `not done: ${done.refusal.text} (${done.refusal.reason})`);
  } catch (error) {
    if (error instanceof NotDone) return ended(1, `not done: ${error.message}`);
    throw error;
  }
}

/** What is asked for; a text when it can not be told. */
function argumentsOf(argv: readonly string[]): Asked | string {
  try {
    const { values } = parseArgs({
      args: [...argv],
      options: {
        data: { type: 'string' },
        encrypt: { type: 'boolean', default: false },
        database: { type: 'boolean', default: false },
        tokens: { type: 'boolean', default: false },
        'venue-password': { type: 'string' },
        'main-token': { type: 'boolean', default: false },
        'telephone-key': { type: 'string' },
        to: { type: 'string' },
        help: { type: 'boolean' },
      },
    });
    if (values.help === true) return 'help';
    const { data, encrypt, database, tokens, to } = values;
    const keeper = KEEPERS.find((one) => one === to) ?? null;
    if (to !== undefined && keeper === null) {
      return `--to takes passphrase or keychain, not ${to}`;
    }
    const asked = {
      data: data === undefined ? dataFolder(process.env, process.platform) : resolve(data),
      encrypt,
      database,
      tokens,
      venueUser: values['venue-password'] ?? null,
      mainToken: values['main-token'],
      telephoneKeyFile: values['telephone-key'] ?? null,
      to: keeper,
    };
    const isKept = asked.mainToken || asked.venueUser !== null || asked.telephoneKeyFile !== null;
    if (!isKept && !encrypt && !database && !tokens && to === undefined) return 'nothing is asked for';
    return asked;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function ended(status: number, text: string): number {
  process.stderr.write(`${text}\n`);
  return status;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
