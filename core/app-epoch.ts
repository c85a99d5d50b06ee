import { join } from 'node:path';
import { createAccounts } from './accounts/service.ts';
import type { AppRefusal } from './app.ts';
import { buildIdentity } from './app-identity.ts';
import { databaseKey, sealingKey, signingSeed, telephoneKey, tokenKey } from './app-secrets.ts';
import type { DeskConfig } from './config.ts';
import type { Host } from './host.ts';
import type { JournalFile } from './journal/journal.ts';
import { openNewEpoch, type MainsWord } from './journal/open.ts';
import type { Journal, Projection, Reader } from './journal/port.ts';
import { factOf } from './journal/rows.ts';
import { signerOf } from './journal/signer.ts';
import { present } from './lib/assert.ts';
import { ok, refuse } from './lib/result.ts';
import type { Result } from './lib/result.ts';
import type { DeskId } from './model/ids.ts';
import { Handover } from './sync/domain-handback.ts';
import { storedAcked } from './sync/store-handback.ts';

/** A person at the stopped desk, with both factors. */
export interface EpochPerson {
  readonly user: string;
  readonly password: string;
  readonly code: string;
}

export interface EpochAsked {
  readonly build: string;
  readonly persons: readonly EpochPerson[];
}

/**
 * Two persons of a stopped desk, one of them an admin, open a new epoch over a broken chain or a restored copy. They
 * prove themselves to the users and factors of the file itself, as it was: nobody can sign in at a desk that may not
 * write. Their codes are spent in the new epoch.
 */
export async function openEpoch(
  host: Host,
  config: DeskConfig,
  { build, persons }: EpochAsked,
): Promise<Result<{ readonly epoch: number; readonly seq: number }, AppRefusal>> {
  const opened = openNewEpoch(
    {
      path: join(host.paths.data, 'desk.db'),
      desk: config.desk,
      build,
      host,
      signer: signerOf(await signingSeed(host)),
      key: await databaseKey(host),
    },
    persons.map(({ user }) => user),
    (file) => mainsWord(config.desk, file),
  );
  if (!opened.ok) return opened;
  const journal = opened.value;
  try {
    const proved = await prove(host, config, journal, persons);
    if (!proved.ok) return proved;
    const done = journal.replay(proved.value.tables);
    if (!done.ok) return done;
    for (const [facts, tables] of proved.value.spent) journal.append(facts, tables);
    return ok({ epoch: journal.epoch, seq: journal.head().seq });
  } finally {
    journal.close();
  }
}

const MAINS_WORD = `SELECT epoch, body FROM log WHERE kind IN ('main-has-more', 'facts-not-taken')
  AND epoch = (SELECT max(epoch) FROM log) ORDER BY seq DESC LIMIT 1`;

/** Main's newest word in the file's newest epoch, as the desk wrote it down; null: it said nothing that is to be left. */
function mainsWord(desk: DeskId, file: Reader): MainsWord | null {
  const row = file.get(MAINS_WORD);
  const fact = row === undefined ? null : factOf(String(row['body']));
  if (fact?.kind === 'main-has-more') return { epoch: fact.has.epoch, shared: acknowledged(desk, file) };
  if (fact?.kind !== 'facts-not-taken') return null;
  const { at, reason } = fact;
  // The rows before it are as main has them. Of an earlier epoch persons have taken leave already.
  if ((reason !== 'differs' && reason !== 'hash') || at.epoch !== Number(row?.['epoch'])) return null;
  return { epoch: at.epoch, shared: at.seq - 1 };
}

/** Seq of the last row of this file that main acknowledged. */
function acknowledged(desk: DeskId, file: Reader): number {
  const handover = new Handover();
  for (const row of file.all('SELECT epoch, min(seq) AS seq, body FROM log GROUP BY epoch ORDER BY epoch')) {
    const fact = factOf(String(row['body']));
    if (fact !== null)
      handover.apply({ desk, epoch: Number(row['epoch']), seq: Number(row['seq']), atMs: 0, fact });
  }
  handover.remember(storedAcked(file));
  return handover.acked().seq;
}

interface Proved {
  /** What is to be written of the proofs. */
  readonly spent: readonly Parameters<Journal['append']>[];
  /** The secrets of sessions go with the epoch that they were opened in. */
  readonly tables: readonly Projection[];
}

/** Reads the journal, and writes nothing. */
async function prove(
  host: Host,
  config: DeskConfig,
  file: JournalFile,
  persons: readonly EpochPerson[],
): Promise<Result<Proved, AppRefusal>> {
  const spent: Parameters<Journal['append']>[] = [];
  const journal: Journal = {
    desk: file.desk,
    epoch: file.epoch,
    reader: file.reader,
    head: () => file.head(),
    read: (after, limit) => file.read(after, limit),
    follow: (after, follower) => file.follow(after, follower),
    append: (...asked) => {
      spent.push(asked);
      return ok([]);
    },
  };
  const keys = {
    token: await tokenKey(host),
    sealing: await sealingKey(host),
    telephone: await telephoneKey(host),
  };
  const identity = buildIdentity(
    { host, config, journal, keys },
    { accounts: createAccounts({ journal, host }).port, pauseRunsOf: () => undefined },
  );
  file.follow(0, (entry) => {
    for (const { projection } of [identity.users, identity.auth]) projection.memory(entry);
  });
  for (const { user, password, code } of persons) {
    const right = await identity.auth.port.proveBoth(user, password, code, 'terminal');
    if (!right.ok) return right;
  }
  const roles = persons.map(({ user }) => present(identity.person(user), 'a person who proved it').role);
  const tables = { ...identity.sessions.projection, memory: () => undefined };
  if (roles.includes('admin')) return ok({ spent, tables: [tables] });
  return refuse({ reason: 'permission-missing', text: 'one of the two persons is an admin of this desk' });
}
