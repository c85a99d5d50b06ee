import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeBook } from '#drill/book/make.ts';
import { Exchange } from './exchange.ts';
import { createFaults, type FaultName } from './faults.ts';
import { openLedger, readFaultState, readRecords, type Ledger } from './ledger.ts';
import { bust, fillResting, manualTrade } from './interventions.ts';
import { startServer, type Server } from './server.ts';
import { connectClient, line, type TestClient } from './test-client.ts';

const book = makeBook({ seed: 3, accounts: 5, positions: 20, tradingDate: '2026-11-23', mainOrders: 2 });
const share = book.instruments.find((one) => one.symbol === 'RELIANCE');
const gold = book.instruments.find((one) => one.underlying === 'GOLDM');
const account = book.accounts[0]?.account ?? '';
const REPORT = [11, 41, 150, 39, 103, 38, 32, 14, 151, 102, 434, 58];

let folder = '';
let ledger: Ledger;
let server: Server;
let exchange: Exchange;
const clients: TestClient[] = [];

async function start(faults: readonly FaultName[] = []): Promise<void> {
  ledger = openLedger(join(folder, 'ledger.db'));
  const now = (): number => Date.now();
  exchange = new Exchange({
    book,
    ledger,
    faults: createFaults(faults, 5, readFaultState(ledger)),
    seed: 5,
    now,
    authority: 'member',
    marketOrders: true,
    history: true,
    later: (ms, task) => {
      setTimeout(task, ms);
    },
  });
  server = await startServer({
    exchange,
    ledger,
    now,
    ports: { orders: 0, 'drop-copy': 0, 'market-data': 0 },
  });
}

async function stop(): Promise<void> {
  for (const client of clients.splice(0)) client.close();
  await server.close();
  ledger.close();
}

async function logon(
  options: Parameters<typeof connectClient>[1] = {},
  role: 'orders' | 'drop-copy' | 'market-data' = 'orders',
): Promise<TestClient> {
  const client = await connectClient(server.ports[role], options);
  clients.push(client);
  client.send(`35=A|98=0|108=30${role === 'market-data' ? '|141=Y' : ''}`);
  expect((await client.next()).type).toBe('A');
  return client;
}

function order(id: string, rest: string, contract = share): string {
  return `35=D|11=${id}|1=${account}|55=${contract?.symbol}|48=${contract?.token}|22=8|207=${contract?.exchange}|60=20261123-09:30:00|${rest}`;
}

async function ask(client: TestClient, text: string): Promise<string> {
  client.send(text);
  return line(await client.next(), REPORT);
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'venue-'));
  await start();
});
afterEach(async () => {
  await stop();
  rmSync(folder, { recursive: true });
});

describe('the venue on the wire', () => {
  it('takes, fills, cancels and refuses by the rules of an exchange', async () => {
    const client = await logon();
    // Far below the market: it rests.
    expect(await ask(client, order('a', '54=1|38=10|40=2|44=1300|59=0'))).toBe(
      '35=8|11=a|150=0|39=0|38=10|14=0|151=10',
    );
    expect(
      await ask(
        client,
        `35=G|11=b|41=a|1=${account}|54=1|40=2|44=1310|38=8|60=20261123-09:30:00|48=${share?.token}|22=8|207=NSE`,
      ),
    ).toBe('35=8|11=b|41=a|150=5|39=0|38=8|14=0|151=8');
    expect(await ask(client, '35=F|11=c|41=b|54=1|60=20261123-09:30:00')).toBe(
      '35=8|11=c|41=b|150=4|39=4|38=8|14=0|151=0|58=cancelled on request',
    );
    expect(await ask(client, '35=F|11=d|41=b|54=1|60=20261123-09:30:00')).toBe(
      '35=9|11=d|41=b|39=4|102=0|434=1|58=16169 order is not open',
    );
    expect(await ask(client, '35=F|11=e|41=zz|54=1|60=20261123-09:30:00')).toBe(
      '35=9|11=e|41=zz|39=8|102=1|434=1|58=16060 no such order',
    );
    expect(await ask(client, '35=H|11=b|54=1')).toBe('35=8|11=b|150=I|39=4|38=8|14=0|151=0');
    expect(await ask(client, '35=H|11=zz|54=1')).toBe(
      '35=8|11=zz|150=I|39=8|103=5|38=0|14=0|151=0|58=16060 no such order',
    );
    expect(await ask(client, order('a', '54=1|38=10|40=2|44=1300|59=0'))).toBe(
      '35=8|11=a|150=8|39=8|103=6|38=10|14=0|151=0|58=16115 duplicate ClOrdID',
    );
    expect(await ask(client, order('f', '54=1|38=30001|40=2|44=1300|59=0'))).toContain(
      '58=16606 quantity over freeze',
    );
    expect(await ask(client, order('g', '54=1|38=10|40=2|44=1300.01|59=0'))).toContain(
      '58=16248 price not a multiple of the tick',
    );
    expect(await ask(client, order('h', '54=2|38=10|40=1|59=3'))).toBe(
      '35=8|11=h|150=0|39=0|38=10|14=0|151=10',
    );
    expect(line(await client.next(), REPORT)).toBe('35=8|11=h|150=F|39=2|38=10|32=10|14=10|151=0');
  });

  it('speaks 4.2 with ExecTransType and counts lots where the contract does', async () => {
    const client = await logon({ version: 'FIX.4.2', sender: 'OLD' });
    client.send(order('a', '54=2|38=3|40=1|59=3|21=1', gold));
    expect(line(await client.next(), [20, 150, 39, 38])).toBe('35=8|20=0|150=0|39=0|38=3');
    const fill = await client.next();
    expect(line(fill, [20, 150, 39, 32, 14, 151])).toBe('35=8|20=0|150=2|39=2|32=3|14=3|151=0');
    const tradeNumber = fill.get(527) ?? '';
    exchange.turn((turn) => exchange.publish(bust(exchange.venue.market, tradeNumber), turn));
    expect(line(await client.next(), [20, 39, 19, 32, 14, 527])).toBe(
      `35=8|20=1|39=4|19=${fill.get(17) ?? ''}|32=3|14=0|527=${tradeNumber}`,
    );
  });

  it('tells the drop copy of the day first, then of every order and fill, under the same trade number', async () => {
    const copy = await logon({ sender: 'COPY' }, 'drop-copy');
    for (const trade of book.dayTrades) {
      expect((await copy.next()).get(37)).toBe(trade.exchangeOrderId);
      expect(line(await copy.next(), [1, 37, 150, 527])).toBe(
        `35=8|1=${trade.account}|37=${trade.exchangeOrderId}|150=F|527=${trade.tradeNumber}`,
      );
    }
    for (const resting of book.mainOrders)
      expect(line(await copy.next(), [37, 150])).toBe(`35=8|37=${resting.exchangeOrderId}|150=0`);
    const client = await logon();
    client.send(order('h', '54=2|38=10|40=1|59=3'));
    await client.next();
    const fill = await client.next();
    expect((await copy.next()).get(150)).toBe('0');
    const copied = await copy.next();
    expect(copied.get(527)).toBe(fill.get(527));
    expect(copied.get(17)).not.toBe(fill.get(17));
    const resting = book.mainOrders[0]?.exchangeOrderId ?? '';
    exchange.turn((turn) => exchange.publish(fillResting(exchange.venue.market, resting, null), turn));
    expect(line(await copy.next(), [37, 150, 39])).toBe(`35=8|37=${resting}|150=F|39=2`);
    const manual = {
      owner: 'DEALER',
      account,
      instrumentId: share?.instrumentId ?? '',
      side: 'buy',
      quantity: 5,
      priceE4: null,
    } as const;
    exchange.turn((turn) => exchange.publish(manualTrade(exchange.venue.market, manual), turn));
    expect((await copy.next()).get(150)).toBe('0');
    expect(line(await copy.next(), [150, 32])).toBe('35=8|150=F|32=5');
  });

  it("cancels main's resting orders where it grants the authority", async () => {
    const client = await logon();
    const resting = book.mainOrders[0]?.exchangeOrderId ?? '';
    expect(await ask(client, `35=F|11=c|41=${resting}|37=${resting}|54=1|60=20261123-09:30:00`)).toContain(
      '11=c|41=M',
    );
    client.send('35=q|11=d|530=7|60=20261123-09:30:00');
    expect(line(await client.nextOf('r'), [11, 531, 533])).toBe('35=r|11=d|531=7|533=1');
  });

  it('refuses orders in a halt, takes cancels, tells the trading session, and takes IOC only in risk reduction', async () => {
    const client = await logon();
    client.send('35=g|335=s|263=1');
    const said = new Map<string, string>();
    for (let count = 0; count < 4; count += 1) {
      const status = await client.nextOf('h');
      said.set(status.get(336) ?? '', status.get(340) ?? '');
    }
    expect(Object.fromEntries(said)).toEqual({ 'NSE-CM': '2', 'NSE-FO': '2', 'NSE-CD': '2', 'MCX-COM': '2' });
    await ask(client, order('a', '54=1|38=10|40=2|44=1300|59=0'));
    exchange.turn((turn) => exchange.setSegment('NSE', 'CM', 'halted', turn));
    expect(line(await client.next(), [336, 340])).toBe('35=h|336=NSE-CM|340=1');
    expect(await ask(client, order('b', '54=1|38=10|40=2|44=1300|59=0'))).toContain(
      '103=2|38=10|14=0|151=0|58=16000 market closed',
    );
    exchange.turn((turn) => exchange.setSegment('NSE', 'CM', 'open', turn));
    await client.next();
    exchange.turn((turn) => exchange.publish(exchange.venue.setRiskReduction(true), turn));
    expect(line(await client.nextOf('8'), REPORT)).toBe(
      '35=8|11=a|150=4|39=4|38=10|14=0|151=0|58=risk reduction mode',
    );
    expect(line(await client.nextOf('h'), [340])).toBe('35=h|340=8');
    client.send(order('c', '54=1|38=10|40=2|44=1300|59=0'));
    expect(line(await client.nextOf('8'), REPORT)).toContain('58=17080 risk reduction mode: IOC only');
    expect(await ask(client, order('d', '54=1|38=10|40=2|44=1300|59=3'))).toContain('150=0');
  });

  it('gives market data: a snapshot for each contract, then what changes', async () => {
    const client = await logon({}, 'market-data');
    client.send(
      `35=V|262=m|263=1|264=1|265=1|267=2|269=0|269=1|146=1|55=RELIANCE|48=${share?.token}|22=8|207=NSE`,
    );
    const snapshot = await client.next();
    expect(line(snapshot, [262, 55])).toBe('35=W|262=m|55=RELIANCE');
    const entries = snapshot.groups(268, [269, 270, 271]);
    expect(entries.slice(0, 2).map((entry) => entry.get(269))).toEqual(['0', '1']);
    expect(Number(entries[0]?.get(270))).toBeLessThan(Number(entries[1]?.get(270)));
    expect((await client.next()).type).toBe('X');
  });

  it('goes on after a restart: numbers, resting orders, what was not yet told', async () => {
    const client = await logon();
    await ask(client, order('a', '54=1|38=10|40=2|44=1300|59=0'));
    const nextOut = client.nextOut;
    await stop();
    await start();
    const resting = exchange.venue.find('DESK1', 'a', null);
    expect(resting?.state).toBe('working');
    // Filled while the member is away: told when it is back, under the next number.
    exchange.turn((turn) =>
      exchange.publish(fillResting(exchange.venue.market, resting?.exchangeOrderId ?? '', 4), turn),
    );
    const again = await connectClient(server.ports.orders, { from: nextOut });
    clients.push(again);
    again.send('35=A|98=0|108=30');
    expect(line(await again.next(), [34])).toBe('35=A|34=3');
    expect(line(await again.next(), [34, 150, 32, 151])).toBe('35=8|34=4|150=F|32=4|151=6');
    again.send('35=2|7=2|16=2');
    const repeat = await again.next();
    expect(line(repeat, [34, 43, 11, 150])).toBe('35=8|34=2|43=Y|11=a|150=0');
  });

  it('tells a member whose numbers are too low, and one that expects too few', async () => {
    const client = await logon();
    await ask(client, order('a', '54=1|38=10|40=2|44=1300|59=0'));
    client.close();
    await client.closed();
    const lost = await connectClient(server.ports.orders, { from: 1 });
    clients.push(lost);
    lost.send('35=A|98=0|108=30');
    expect((await lost.nextOf('5')).get(58)).toContain('MsgSeqNum too low');
  });

  it('keeps a record of everything, the same as it told', async () => {
    const client = await logon();
    client.send(order('h', '54=2|38=10|40=1|59=3'));
    await client.next();
    const fill = await client.next();
    const records = readRecords(join(folder, 'ledger.db')).slice(-2);
    expect(records).toMatchObject([
      { kind: 'accepted', owner: 'DESK1', clientOrderId: 'h', quantity: 10, timeInForce: 'IOC' },
      { kind: 'filled', tradeNumber: fill.get(527), quantity: 10, exchangeOrderId: fill.get(37) },
    ]);
  });
});
