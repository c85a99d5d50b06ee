import { generateKeyPairSync, sign } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { GENESIS, headMessage, hexOf, rowHash } from '#core/journal/chain.ts';
import type { LedgerRecord } from '#drill/exchange/record.ts';
import { makeBook } from '#drill/book/make.ts';
import { judgeHandback, type DeskFile, type FactOf, type HeadOf, type MainStore } from './handback.ts';
import { walk } from './timeline.ts';

const DESK = 'DRILL';
const book = makeBook({ seed: 3, accounts: 4, positions: 8, tradingDate: '2026-11-25', mainOrders: 0 });
const nets = [...walk(book, [], []).lines.values()].map(({ account, instrumentId, net }) => ({
  account,
  instrumentId,
  net,
}));

type Body = { readonly kind: string } & Readonly<Record<string, unknown>>;
const CERTIFICATE = { kind: 'certificate-signed', id: 'C1', closing: { epoch: 1, seq: 5 } };
const CERTIFIED = { id: 'C1', trades: 0, boughtUnits: 0, soldUnits: 0 };
const RECONCILED = { kind: 'reconciled', differences: [{}, {}] };

/** A log of facts with these bodies, chained on to `from`. */
function chained(bodies: readonly Body[], { epoch = 1, from = null as FactOf | null } = {}): FactOf[] {
  const rows: FactOf[] = [];
  for (const body of bodies) {
    const before = rows.at(-1) ?? from;
    const row = {
      epoch,
      seq: (before?.seq ?? 0) + 1,
      atMs: 1,
      kind: body.kind,
      version: 1,
      body: JSON.stringify(body),
    };
    const previous = before === null ? GENESIS : Buffer.from(before.hash, 'hex');
    rows.push({ ...row, hash: hexOf(rowHash(previous, DESK, row)) });
  }
  return rows;
}

const { privateKey, publicKey } = generateKeyPairSync('ed25519');
function headOf({ epoch, seq, hash }: FactOf): HeadOf {
  const signature = sign(null, headMessage(DESK, epoch, seq, Buffer.from(hash, 'hex')), privateKey);
  return { epoch, seq, hash, signature, publicKey: publicKey.export({ format: 'der', type: 'spki' }) };
}

const plain: Body = { kind: 'order-filled' };
const log = chained([plain, plain, plain, plain, RECONCILED, CERTIFICATE, plain]);
const heads = log.slice(3, 4).map(headOf);
const file = (facts: readonly FactOf[] = log, before: readonly FactOf[] = []): DeskFile => ({
  desk: DESK,
  facts,
  before,
  through: null,
});
const store = (facts: readonly FactOf[], more: Partial<MainStore> = {}): MainStore => ({
  facts: new Map([[DESK, facts]]),
  heads: new Map([[DESK, heads]]),
  positions: nets,
  certificates: [CERTIFIED],
  ...more,
});
const judged = (main: MainStore, desk = file(), excused = '', records: readonly LedgerRecord[] = []) =>
  judgeHandback({ book, records, owners: ['LIFEBOAT'], mainBackAtMs: 5, desks: [desk], main, excused });
const without = (seq: number): FactOf[] => log.filter((row) => row.seq !== seq);

describe('the judge of a handback', () => {
  it('has no complaint where every fact up to the certificate is at main once', () => {
    expect(judged(store(log))).toEqual({
      handback: { facts: 5, acked: 5, duplicates: 0, lost: 0, differences: 2, certificate: 'C1' },
      mainAgrees: true,
      chainAtMain: 'ok',
      doubleCloses: 0,
      complaints: [],
    });
  });

  it('does not ask for what came after the certificate', () => {
    expect(judged(store(log.slice(0, 5))).complaints).toEqual([]);
  });

  it('counts what main lacks', () => {
    const { handback, complaints } = judged(store(log.slice(0, 4)));
    expect(handback).toMatchObject({ acked: 4, lost: 1, duplicates: 0 });
    expect(complaints.join()).toContain('main lacks 1 facts: 1/5');
  });

  it('finds a hole, and that the chain does not hold over it', () => {
    const { handback, chainAtMain } = judged(store(without(2)));
    expect(handback).toMatchObject({ acked: 4, lost: 1 });
    expect(chainAtMain).toBe('DRILL, epoch 1, seq 3');
  });

  it('counts what main has twice, and what nobody wrote', () => {
    const strange = chained([plain], { from: log.at(-1) ?? null });
    expect(judged(store([...log, ...log.slice(0, 2)])).handback.duplicates).toBe(2);
    const { handback, complaints } = judged(store([...log, ...strange]));
    expect(handback).toMatchObject({ duplicates: 1, lost: 0 });
    expect(complaints.join()).toContain('the desk never wrote: 1/8');
  });

  it('finds a fact that was changed, and everything after it hashed anew', () => {
    const forged = chained([plain, { kind: 'order-filled', x: 1 }, plain, plain, RECONCILED]);
    const { handback, chainAtMain } = judged(store(forged));
    expect(handback).toMatchObject({ acked: 1, lost: 4 });
    expect(chainAtMain).toBe('DRILL, head 1/4');
  });

  it('finds positions of main that the ledger does not have', () => {
    const first = nets.slice(0, 1).map((row) => ({ ...row, net: row.net + 1 }));
    const { mainAgrees, complaints } = judged(store(log, { positions: [...first, ...nets.slice(1)] }));
    expect(mainAgrees).toBe(false);
    expect(complaints).toHaveLength(1);
  });

  it('wants a certificate that main has, or the reason why there is none', () => {
    expect(judged(store(log, { certificates: [] })).complaints.join()).toContain(
      'main does not have the certificate C1',
    );
    const unsigned = log.slice(0, 5);
    expect(judged(store(unsigned), file(unsigned)).complaints).toEqual(['1 desks have no certificate']);
    expect(judged(store(unsigned), file(unsigned), '1 order is in doubt')).toMatchObject({
      handback: { certificate: null, facts: 5 },
      complaints: [],
    });
  });

  it("finds main's trades in rows that the desk had closed, and whether the desk names them", () => {
    const row = nets.find(({ net }) => net > 0);
    const { account = '', instrumentId = '', net = 0 } = row ?? {};
    const trade = (id: string, owner: string, atMs: number): LedgerRecord[] => [
      {
        kind: 'accepted',
        atMs,
        exchangeOrderId: id,
        owner,
        clientOrderId: id,
        account,
        instrumentId,
        side: 'sell',
        quantity: net,
        type: 'market',
        priceE4: null,
        timeInForce: 'DAY',
      },
      {
        kind: 'filled',
        atMs,
        exchangeOrderId: id,
        tradeNumber: id,
        quantity: net,
        priceE4: 1,
        tradingDate: '2026-11-25',
      },
    ];
    const positions = nets.map((one) => (one === row ? { ...one, net: -net } : one));
    const records = [...trade('7', 'LIFEBOAT', 4), ...trade('8', 'MAIN', 6)];
    const main = (facts: readonly FactOf[]) => store(facts, { positions });
    const unnamed = judged(main(log), file(), '', records);
    expect(unnamed).toMatchObject({ doubleCloses: 1, mainAgrees: true });
    expect(unnamed.complaints.join()).toContain("order 8 of main's closed a row a second time");
    const naming = chained([
      plain,
      plain,
      plain,
      plain,
      RECONCILED,
      { kind: 'double-close-seen', exchangeOrderId: '8' },
    ]);
    expect(judged(main(naming), file(naming), 'signed nothing', records)).toMatchObject({
      doubleCloses: 1,
      complaints: [],
    });
    const earlier = [...trade('7', 'LIFEBOAT', 4), ...trade('8', 'MAIN', 4)];
    expect(judged(main(log), file(), '', earlier).doubleCloses).toBe(0);
  });

  it('keeps the epochs of a restored desk apart', () => {
    const copied = log.slice(0, 3);
    const last = copied.at(-1) ?? null;
    const after = { epoch: 1, seq: 3, hash: last?.hash ?? '' };
    const opened = { kind: 'epoch-opened', after };
    const second = chained([opened, plain, { ...CERTIFICATE, closing: { epoch: 2, seq: 5 } }], {
      epoch: 2,
      from: last,
    });
    const restored = file([...copied, ...second], log);
    const verdict = judged(store([...log, ...second]), restored);
    expect(verdict).toMatchObject({
      chainAtMain: 'ok',
      complaints: [],
      handback: { duplicates: 0, lost: 0 },
    });
    const mixed = chained([{ ...opened, after: { ...after, hash: 'ff' } }, plain], { epoch: 2, from: last });
    expect(judged(store([...log, ...mixed]), file([...copied, ...mixed], log)).chainAtMain).toBe(
      'DRILL, epoch 2, seq 4',
    );
  });
});
