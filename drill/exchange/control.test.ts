import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeBook } from '#drill/book/make.ts';
import { startControl } from './control.ts';
import { askVenue, VenueRefused, VenueStatus } from './control-client.ts';
import { Exchange } from './exchange.ts';
import { createFaults } from './faults.ts';
import { openLedger, type Ledger } from './ledger.ts';
import { startServer, type Server } from './server.ts';
import { connectClient } from './test-client.ts';

const book = makeBook({ seed: 3, accounts: 5, positions: 20, tradingDate: '2026-11-23', mainOrders: 1 });
const row = book.positions[0];
const [resting] = book.mainOrders;
let folder = '';
let ledger: Ledger;
let server: Server;
let control: { readonly port: number; readonly close: () => Promise<void> };

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'venue-control-'));
  ledger = openLedger(join(folder, 'ledger.db'));
  const now = (): number => Date.now();
  const exchange = new Exchange({
    book,
    ledger,
    faults: createFaults(['reject'], 1),
    seed: 1,
    now,
    authority: 'none',
    marketOrders: true,
    history: false,
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
  control = await startControl({ exchange, server, port: 0 });
});
afterEach(async () => {
  await control.close();
  await server.close();
  ledger.close();
  rmSync(folder, { recursive: true });
});

describe('the control port', () => {
  it('does what a person at the exchange can do, and says what came of it', async () => {
    const ask = (command: Parameters<typeof askVenue>[1]) => askVenue(control.port, command);
    expect(VenueStatus.parse(await ask({ do: 'status' }))).toMatchObject({
      faults: { reject: 0 },
      working: 1,
      trades: book.dayTrades.length,
    });
    expect(await ask({ do: 'halt', exchange: 'NSE', segment: 'CM' })).toMatchObject({
      events: [{ kind: 'segment', status: 'halted' }],
    });
    expect(await ask({ do: 'resume', exchange: 'NSE', segment: 'CM' })).toMatchObject({
      events: [{ status: 'open' }],
    });
    const trade = {
      account: row?.account ?? '',
      instrumentId: row?.instrumentId ?? '',
      side: 'buy',
      quantity: 65,
    } as const;
    const manual = await ask({ do: 'manual-trade', ...trade });
    expect(manual).toMatchObject({
      events: [
        { kind: 'accepted', owner: 'DEALER' },
        { kind: 'filled', quantity: 65 },
      ],
    });
    const [, filled] = manual['events'] as { tradeNumber: string }[];
    expect(
      await ask({ do: 'correct', tradeNumber: filled?.tradeNumber ?? '', priceE4: 5_000 }),
    ).toMatchObject({ events: [{ kind: 'corrected', priceE4: 5_000 }] });
    expect(await ask({ do: 'bust', tradeNumber: filled?.tradeNumber ?? '' })).toMatchObject({
      events: [{ kind: 'busted', quantity: 65 }],
    });
    await expect(ask({ do: 'bust', tradeNumber: filled?.tradeNumber ?? '' })).rejects.toThrow(
      'does not stand',
    );
    expect(await ask({ do: 'fill-main', exchangeOrderId: resting?.exchangeOrderId ?? '' })).toMatchObject({
      events: [{ kind: 'filled', quantity: resting?.quantity }],
    });
    expect(await ask({ do: 'main-order', ...trade, quantity: 1, priceE4: 10_000 })).toMatchObject({
      events: [{ kind: 'accepted', owner: 'MAIN' }],
    });
    expect(await ask({ do: 'risk-reduction', on: true })).toMatchObject({
      events: [{ kind: 'risk-reduction' }, { kind: 'canceled', cause: 'risk-reduction' }],
    });
    await expect(ask({ do: 'fill-main', exchangeOrderId: '7' })).rejects.toThrow(VenueRefused);
  });

  it('cuts order sessions, and forgets every session', async () => {
    const client = await connectClient(server.ports.orders);
    client.send('35=A|98=0|108=30');
    await client.nextOf('A');
    expect(await askVenue(control.port, { do: 'kill-order-sessions' })).toMatchObject({ cut: 1 });
    await client.closed();
    await askVenue(control.port, { do: 'amnesia' });
    const again = await connectClient(server.ports.orders, { from: client.nextOut });
    again.send('35=A|98=0|108=30');
    // Its numbers begin anew: it answers with 1 and asks for all of ours.
    expect((await again.nextOf('A')).get(34)).toBe('1');
    expect((await again.nextOf('2')).get(7)).toBe('1');
    again.close();
  });
});
