import { existsSync } from 'node:fs';
import { ok, refuse } from '#core/lib/result.ts';
import type { Result } from '#core/lib/result.ts';
import { readAnchor } from './anchor.ts';
import { hexOf } from './chain.ts';
import { checkChain } from './check.ts';
import type { Break, ChainReport } from './check.ts';
import { appliedMigrations, strangeSchema } from './migrate.ts';
import { migrations } from './migrations/index.ts';
import { besides } from './paths.ts';
import { rowAt } from './rows.ts';
import { isPlain, openSqlite, sqliteCode } from './sqlite.ts';
import type { Sqlite } from './sqlite.ts';

export type { Break, ChainReport } from './check.ts';

export interface VerifyOptions {
  /** 32 bytes, of an encrypted file. */
  readonly key?: Uint8Array | undefined;
  /** Ed25519 public key, SPKI DER: when given, every head must be signed by it. */
  readonly publicKey?: Uint8Array | undefined;
  /** Rows checked so far, of how many. */
  readonly progress?: ((rows: number, total: number) => void) | undefined;
}

export interface VerifyRefusal {
  readonly reason: 'no-such-file' | 'not-openable';
  readonly text: string;
}

/**
 * Checks a desk's journal from its first row to its last, beside a running desk or alone. Changes nothing.
 * Where the desk's anchor lies beside the file, the file must also reach as far as the anchor says.
 */
export function verifyFile(path: string, options: VerifyOptions = {}): Result<ChainReport, VerifyRefusal> {
  if (!existsSync(path)) return refuse({ reason: 'no-such-file', text: `there is no file ${path}` });
  const anchor = readAnchor(besides(path, 'anchor'));
  try {
    const sqlite = openSqlite(path, { readOnly: true, key: options.key });
    try {
      if (!appliedMigrations(sqlite).has(10)) {
        return refuse({ reason: 'not-openable', text: `${path} is a database, but no desk's journal` });
      }
      const total = Number(sqlite.get('SELECT max(seq) AS n FROM log')?.['n'] ?? 0);
      const { publicKey, progress } = options;
      const report = checkChain(sqlite, {
        ...(publicKey === undefined ? {} : { publicKey }),
        progress: (rows) => progress?.(rows, total),
      });
      const broken = report.broken ?? behindAnchor(anchor, sqlite) ?? damaged(sqlite, report);
      return ok({ ...report, broken });
    } finally {
      sqlite.close();
    }
  } catch (error) {
    // Any error of SQLite's: in a damaged schema even a statement of ours is wrong.
    const code = sqliteCode(error);
    if (code === null) throw error;
    return refuse({ reason: 'not-openable', text: openText(path, code) });
  }
}

/** True when the file is there and can not be read without a key, be it that it is no journal at all. */
export function needsKey(path: string): boolean {
  return existsSync(path) && !isPlain(path);
}

/**
 * Damage that no row shows: a table that is not what this build made, or pages that SQLite's own check does not
 * accept, where a search by key and a scan may see other rows. Named after the last row that is good.
 */
function damaged(sqlite: Sqlite, report: ChainReport): Break | null {
  const { epoch, seq } = report.good ?? { epoch: 0, seq: 0 };
  const strange = strangeSchema(sqlite, migrations);
  if (strange !== null)
    return { epoch, seq, what: 'unreadable', text: `the schema of ${strange} is damaged` };
  const said = String(sqlite.rows('PRAGMA integrity_check(1)')[0]?.[0]);
  if (said === 'ok') return null;
  return { epoch, seq, what: 'unreadable', text: `the database is damaged: ${said}` };
}

function behindAnchor(anchor: ReturnType<typeof readAnchor>, sqlite: Sqlite): Break | null {
  if (anchor === null || anchor.seq === 0) return null;
  const { epoch, seq } = anchor;
  const row = rowAt(sqlite, seq);
  if (row === null)
    return { epoch, seq, what: 'gap', text: 'the desk had written up to here; the file ends before' };
  if (row.epoch === epoch && hexOf(row.hash) === anchor.hash) return null;
  return { epoch, seq, what: 'hash', text: 'the desk had written another row here' };
}

function openText(path: string, code: string): string {
  if (code === 'SQLITE_NOTADB') {
    return `${path} is no journal, or it is encrypted with another key`;
  }
  return `${path} can not be read: ${code}`;
}
