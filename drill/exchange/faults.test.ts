import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { Message } from '#core/exchange/fix/codec.ts';
import { makeBook } from '#drill/book/make.ts';
import { Exchange } from './exchange.ts';
import { createFaults, FAULTS, parseFaults, type FaultName } from './faults.ts';
import { openLedger, readFaultState, readRecords, type Ledger } from './ledger.ts';
import type { LedgerRecord } from './record.ts';
import { startServer, type Server } from './server.ts';
import { createMember, type TestMember } from './test-member.ts';

const book = makeBook({ seed: 3, accounts: 5, positions: 20, tradingDate: '2026-11-23' });
const share = book.instruments.find((one) => one.symbol === 'RELIANCE');
const account = book.accounts[0]?.account ?? '';
const ORDERS = 60;
const ASK_EVERY_MS = 150;
const LAST_FILLS_MS = 8_000;
const REFUSED_PAUSE_MS = 100;

let cleanup: (() => Promise<void>) | null = null;
afterEach(async () => {
  await cleanup?.();
  cleanup = null;
});

/** Orders one after another, a question about each that is not answered, until each has its last word. */
class Run {
  readonly fills = new Map<string, string>();
  readonly ended = new Set<string>();
  waitUntilMs = 0;

  hear(message: Message): void {
    const id = message.get(11) ?? '';
    if (message.type !== '8') return;
    if (message.get(150) === 'F') {
      this.fills.set(
        message.get(527) ?? '',
        `${message.get(37) ?? ''} ${message.get(32) ?? ''}@${message.get(31) ?? ''}`,
      );
    }
    const status = message.get(39) ?? '';
    if (status === '2' || status === '4' || status === '8') this.ended.add(id);
    if (status === '8') this.waitUntilMs = Date.now() + REFUSED_PAUSE_MS;
  }
}

/** Trade number, order, quantity and price of each fill of the member, as the ledger has them. */
function fillsOf(records: readonly LedgerRecord[]): [string, string][] {
  const ours = new Set(
    records.flatMap((record) =>
      record.kind === 'accepted' && record.owner === 'DESK1' ? [record.exchangeOrderId] : [],
    ),
  );
  return records.flatMap((record): [string, string][] => {
    if (record.kind !== 'filled' || !ours.has(record.exchangeOrderId)) return [];
    return [[record.tradeNumber, `${record.exchangeOrderId} ${record.quantity}@${record.priceE4 / 10_000}`]];
  });
}

async function rehearse(faults: readonly FaultName[], seed: number) {
  const folder = mkdtempSync(join(tmpdir(), 'venue-faults-'));
  const path = join(folder, 'ledger.db');
  const ledger: Ledger = openLedger(path);
  const now = (): number => Date.now();
  const exchange = new Exchange({
    book,
    ledger,
    faults: createFaults(faults, seed, readFaultState(ledger)),
    seed,
    now,
    authority: 'member',
    marketOrders: true,
    history: false,
    later: (ms, task) => {
      setTimeout(task, ms);
    },
  });
  const server: Server = await startServer({
    exchange,
    ledger,
    now,
    ports: { orders: 0, 'drop-copy': 0, 'market-data': 0 },
  });
  const run = new Run();
  const member: TestMember = createMember(
    () => server.ports.orders,
    (message) => run.hear(message),
  );
  cleanup = async () => {
    member.stop();
    await server.close();
    ledger.close();
    rmSync(folder, { recursive: true });
  };
  await sendAll(member, run, () => Object.values(exchange.faults.counts()).every((count) => count > 0));
  // A status may have said the last word before the fills behind it came; a lost last frame shows at the next heartbeat.
  const owed = () => fillsOf(readRecords(path)).length;
  for (let waited = 0; waited < LAST_FILLS_MS && run.fills.size < owed(); waited += ASK_EVERY_MS) {
    await new Promise((resolve) => setTimeout(resolve, ASK_EVERY_MS));
  }
  return { run, counts: exchange.faults.counts(), records: readRecords(path) };
}

/** At least `ORDERS`, and on until every fault has struck; slower while orders are refused. */
async function sendAll(member: TestMember, run: Run, struck: () => boolean): Promise<void> {
  const contract = `55=RELIANCE|48=${share?.token}|22=8|207=NSE`;
  const fields = (text: string) =>
    text.split('|').map((part) => [Number(part.split('=')[0]), part.slice(part.indexOf('=') + 1)] as const);
  let sent = 0;
  let askAt = Date.now() + ASK_EVERY_MS;
  while (run.ended.size < sent || sent < ORDERS || !struck()) {
    if (member.isUp() && (sent < ORDERS || !struck()) && Date.now() >= run.waitUntilMs) {
      sent += 1;
      const body = fields(`11=o${sent}|1=${account}|${contract}|54=2|38=100|40=1|59=0|60=20261123-09:30:00`);
      member.send([{ type: 'D', body }]);
    }
    await new Promise((resolve) => setTimeout(resolve, 4));
    if (!member.isUp() || Date.now() < askAt) continue;
    askAt = Date.now() + ASK_EVERY_MS;
    for (let id = 1; id <= sent; id += 1) {
      if (!run.ended.has(`o${id}`)) member.send([{ type: 'H', body: fields(`11=o${id}|54=2`) }]);
    }
  }
}

describe('a misbehaving venue', () => {
  it.each([...FAULTS.map((name) => [name, [name]] as const), ['all at once', FAULTS] as const])(
    'strikes with %s and still tells every fill and every end',
    async (_, faults) => {
      const { run, counts, records } = await rehearse(faults, 11);
      expect(faults.filter((name) => (counts[name] ?? 0) === 0)).toEqual([]);
      expect(Object.fromEntries(run.fills)).toEqual(Object.fromEntries(fillsOf(records)));
    },
  );
});

describe('the schedule of faults', () => {
  it('is the same for the same seed, and goes on where it was', () => {
    const strikes = (from: number, to: number, before = {}) => {
      const faults = createFaults(['partial'], 4, before);
      const hits = Array.from({ length: to - from }, () => faults.strikes('partial'));
      return { hits, state: faults.state() };
    };
    const whole = strikes(0, 60);
    const first = strikes(0, 25);
    expect([...first.hits, ...strikes(25, 60, first.state).hits]).toEqual(whole.hits);
    expect(whole.hits.filter(Boolean).length).toBeGreaterThan(5);
  });

  it('knows its names', () => {
    expect(parseFaults('reject,halt')).toEqual(['reject', 'halt']);
    expect(() => parseFaults('meteor')).toThrow('unknown fault meteor');
  });
});
