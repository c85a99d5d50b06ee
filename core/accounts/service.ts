import { createHash } from 'node:crypto';
import type { Host } from '#core/host.ts';
import type { Journal, JournalRefusal, Projection } from '#core/journal/port.ts';
import { ok, refuse } from '#core/lib/result.ts';
import type { Result } from '#core/lib/result.ts';
import { NAMED_MAX, badRowsText, refuseFile } from '#core/lib/table.ts';
import type { BadRow, FileRefusal, Table } from '#core/lib/table.ts';
import { inTurns } from '#core/lib/turns.ts';
import { readTableAside } from '#core/lib/worker-table.ts';
import type { AccountId } from '#core/model/ids.ts';
import type { AccountScope } from '#core/model/scope.ts';
import { parseInstant } from '#core/model/market-clock.ts';
import type { AccountFile, AccountQuestion, AccountReport } from './contract.ts';
import { accountReader } from './parse.ts';
import type { Account, AccountsPort } from './port.ts';

export type AccountsRefusal =
  | { readonly reason: 'rows-refused' | 'import-running'; readonly text: string }
  | FileRefusal
  | JournalRefusal;

export interface AccountsDeps {
  readonly journal: Pick<Journal, 'append' | 'reader'>;
  readonly host: Pick<Host, 'now' | 'monotonicMs' | 'soon'>;
}

/** Accounts in one row of `import_rows`. */
const ACCOUNTS_A_ROW = 250;

/** The clients' accounts: a file takes the place of the one before it. */
export function createAccounts(deps: AccountsDeps) {
  let accounts: ReadonlyMap<AccountId, Account> = new Map();
  let byName: ReadonlyMap<string, Account> = accounts;
  let present = '';
  const ever = new Set<string>();
  let running = false;

  const projection: Projection = {
    name: 'accounts',
    memory: ({ fact }) => {
      if (fact.kind !== 'accounts-imported') return;
      present = fact.sha256;
      ever.add(fact.sha256);
      accounts = new Map(stored(deps.journal, fact.sha256).map((one) => [one.account, one]));
      byName = accounts;
    },
  };

  const port: AccountsPort = {
    get: (account) => accounts.get(account) ?? null,
    find: (account) => byName.get(account) ?? null,
    all: () => accounts.values(),
    count: () => accounts.size,
  };

  const handlers = {
    import: async (
      file: AccountFile,
      { by }: { readonly by: string },
    ): Promise<Result<AccountReport, AccountsRefusal>> => {
      if (running)
        return refuse({ reason: 'import-running', text: `${file.source}: another import is running` });
      running = true;
      try {
        return await importAccounts(deps, { present, ever }, file, by);
      } finally {
        running = false;
      }
    },
    list: (question: AccountQuestion, { scope }: { readonly scope: AccountScope }) => {
      const found = [...accounts.values()].filter((one) => scope.has(one.account) && matches(one, question));
      return { accounts: found.slice(0, question.limit), total: found.length };
    },
  };

  return { port, projection, handlers };
}

async function importAccounts(
  deps: AccountsDeps,
  before: { readonly present: string; readonly ever: ReadonlySet<string> },
  file: AccountFile,
  by: string,
): Promise<Result<AccountReport, AccountsRefusal>> {
  const sha256 = createHash('sha256').update(file.text).digest('hex');
  if (sha256 === before.present) return ok({ sha256, rows: 0, refused: 0, repeated: true, problems: [] });
  const table = await readTableAside(file.source, file.text);
  if (!table.ok) return table;
  const read = accountReader(file.source, table.value, file.columns ?? {});
  if (!read.ok) return read;
  const asOfMs = file.asOfMs ?? noted(table.value) ?? deps.host.now();
  const accounts: Account[] = [];
  const bad: BadRow[] = [];
  await inTurns(deps.host, table.value.rows, (row) => {
    const one = read.value(row);
    if ('account' in one) accounts.push(one.account);
    else bad.push(one.bad);
  });
  if (bad.length > 0 && !(file.partial && accounts.length > 0)) {
    return refuse({ reason: 'rows-refused', text: badRowsText(file.source, bad) });
  }
  if (accounts.length === 0) return refuseFile(file.source, 'the file has no rows');
  // A file from before the present one: its rows are there and belong to its earlier fact, too.
  const written = before.ever.has(sha256) ? ok(null) : await write(deps, sha256, accounts);
  if (!written.ok) return written;
  const fact = { source: file.source, sha256, rows: accounts.length, refused: bad.length, asOfMs, by };
  const kept = deps.journal.append([{ kind: 'accounts-imported', v: 1, ...fact }]);
  if (!kept.ok) return kept;
  const problems = bad.slice(0, NAMED_MAX).map((one) => ({ ...one }));
  return ok({ sha256, rows: accounts.length, refused: bad.length, repeated: false, problems });
}

function noted(table: Table): number | null {
  const note = table.notes.find(([name]) => name === 'as_of');
  return note === undefined ? null : parseInstant(note[1]);
}

async function write(
  { journal, host }: AccountsDeps,
  sha256: string,
  accounts: readonly Account[],
): Promise<Result<unknown, AccountsRefusal>> {
  let written: Result<unknown, AccountsRefusal> = journal.append([], (tx) => {
    tx.run('DELETE FROM import_rows WHERE sha256 = ?', keyOf(sha256));
  });
  const chunks = Math.ceil(accounts.length / ACCOUNTS_A_ROW);
  await inTurns(host, Array.from({ length: chunks }).keys(), (n) => {
    if (!written.ok) return;
    const body = JSON.stringify(accounts.slice(n * ACCOUNTS_A_ROW, (n + 1) * ACCOUNTS_A_ROW));
    written = journal.append([], (tx) => {
      tx.run('INSERT INTO import_rows (sha256, n, body) VALUES (?, ?, ?)', keyOf(sha256), n, body);
    });
  });
  return written;
}

function stored(journal: AccountsDeps['journal'], sha256: string): Account[] {
  const rows = journal.reader.all('SELECT body FROM import_rows WHERE sha256 = ? ORDER BY n', keyOf(sha256));
  return rows.flatMap((row) => JSON.parse(String(row['body'])) as Account[]);
}

/** The same bytes may come in as something else, too: each kind has its own rows. */
function keyOf(sha256: string): string {
  return `accounts:${sha256}`;
}

function matches(one: Account, { text, branch }: AccountQuestion): boolean {
  if (branch !== undefined && one.branch !== branch) return false;
  if (text === undefined || text === '') return true;
  const wanted = text.toUpperCase();
  if (one.panLast4 === wanted || one.mobileLast4 === wanted) return true;
  return `${one.account} ${one.name}`.toUpperCase().includes(wanted);
}
