import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { makeBook } from '#drill/book/make.ts';
import { writeBook } from '#drill/book/write.ts';
import { readRecords } from './ledger.ts';
import { connectClient } from './test-client.ts';

const Ready = z.object({ ready: z.literal(true), orders: z.int(), control: z.int() });
const folder = mkdtempSync(join(tmpdir(), 'venue-kill-'));
const book = makeBook({ seed: 3, accounts: 5, positions: 20, tradingDate: '2026-11-23' });
const files = writeBook(book, folder);
const ledgerPath = join(folder, 'ledger.db');
const account = book.accounts[0]?.account ?? '';
const share = book.instruments.find((one) => one.symbol === 'RELIANCE');
let venue: ChildProcess | null = null;

async function startVenue(): Promise<z.infer<typeof Ready>> {
  const process_ = spawn(
    process.execPath,
    ['drill/exchange/main.ts', '--book', files.book, '--ledger', ledgerPath, '--seed', '5'],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  venue = process_;
  for await (const text of createInterface({ input: process_.stdout })) return Ready.parse(JSON.parse(text));
  throw new Error('the venue did not start');
}

async function kill(): Promise<void> {
  const gone = venue === null ? null : once(venue, 'exit');
  venue?.kill('SIGKILL');
  await gone;
  venue = null;
}

afterEach(async () => {
  await kill();
  rmSync(folder, { recursive: true });
});

describe('a killed venue', () => {
  it('has everything that it ever answered, and goes on with its numbers', async () => {
    let { orders } = await startVenue();
    let client = await connectClient(orders);
    client.send('35=A|98=0|108=30');
    await client.nextOf('A');
    const told = new Map<string, string>();
    for (let round = 0; round < 3; round += 1) {
      for (let count = 0; count < 10; count += 1) {
        const id = `o${round}-${count}`;
        // Rests below the market; the kill comes right after the last answer.
        client.send(
          `35=D|11=${id}|1=${account}|55=RELIANCE|48=${share?.token}|22=8|207=NSE|54=1|38=10|40=2|44=1300|59=0|60=20261123-09:30:00`,
        );
        const answer = await client.nextOf('8');
        told.set(id, answer.get(37) ?? '');
      }
      await kill();
      const from = client.nextOut;
      ({ orders } = await startVenue());
      client = await connectClient(orders, { from });
      client.send('35=A|98=0|108=30');
      // One logon each life, ten answers: the numbers go on.
      expect((await client.nextOf('A')).get(34)).toBe(String((round + 1) * 11 + 1));
    }
    expect(new Set(told.values()).size).toBe(30);
    const accepted = readRecords(ledgerPath).flatMap((record) =>
      record.kind === 'accepted' && record.owner === 'DESK1'
        ? [[record.clientOrderId, record.exchangeOrderId]]
        : [],
    );
    expect(Object.fromEntries(accepted)).toEqual(Object.fromEntries(told));
    client.send('35=AF|584=s|585=7');
    const answers = new Map<string, string>();
    while (answers.size < 30) {
      const answer = await client.nextOf('8');
      answers.set(answer.get(11) ?? '', answer.get(39) ?? '');
    }
    expect(new Set(answers.values())).toEqual(new Set(['0']));
    client.close();
  });
});
