import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeBook } from '#drill/book/make.ts';
import { MAIN, seedLedger } from '#drill/exchange/history.ts';
import { openLedger, type LedgerBatch } from '#drill/exchange/ledger.ts';
import { judge } from './judge.ts';

const book = makeBook({ seed: 1, accounts: 4, positions: 12, tradingDate: '2026-11-23' });
const { records } = seedLedger(book);
const desk = { owners: ['D'], fills: [], leftovers: [], inDoubt: 0 };

describe('a ledger', () => {
  it("is read the same from the drill's own file and from another venue's, one record a line", () => {
    const folder = mkdtempSync(join(tmpdir(), 'judge-'));
    const lines = join(folder, 'ledger.jsonl');
    writeFileSync(lines, records.map((one) => `${JSON.stringify(one)}\n`).join(''));
    const own = join(folder, 'ledger.db');
    const ledger = openLedger(own);
    const nothing: Omit<LedgerBatch, 'records'> = {
      orders: [],
      trades: [],
      requests: [],
      sessions: [],
      sent: [],
      waiting: [],
      released: [],
      meta: {},
    };
    ledger.commit({ ...nothing, records });
    ledger.close();
    const verdict = judge({ book, ledgerPath: own, desk });
    expect(judge({ book, ledgerPath: lines, desk })).toEqual(verdict);
    // Nobody closed anything: every row is open at its full quantity, however it came to be.
    expect(verdict.flat).toBe(false);
    expect(verdict.leftovers.map((one) => one.quantity)).toEqual(book.positions.map((row) => row.quantity));
    expect(records.every((one) => one.kind !== 'accepted' || one.owner === MAIN)).toBe(true);
    rmSync(folder, { recursive: true });
  });
});
