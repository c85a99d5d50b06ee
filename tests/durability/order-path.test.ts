import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { Synchronous } from '#core/journal/sqlite.ts';
import { openWorld, seededBook } from '#drill/world/world.ts';
import { scratchFolder } from '#core/journal/stage-folder.ts';
import { checkTrace } from './trace.ts';
import type { TraceAnswer } from './trace.ts';

const DESK = fileURLToPath(new URL('exit-desk.ts', import.meta.url));
const CALLS = 'trace=pwrite64,write,writev,sendto,sendmsg,fsync,fdatasync';
/** A NewOrderSingle on the wire, and our request ids wherever they stand. */
const NEW_ORDER = /35=D\\0*1/;
const REQUEST_ID = /\b[0-9A-Z]{7}1DRILL\b/g;

/** A desk closes a seeded book under strace; what it sent on its order session, judged against its WAL. */
async function tracedExit(
  synchronous: Synchronous,
  readable: boolean,
): Promise<TraceAnswer & { readonly orders: number }> {
  const folder = scratchFolder();
  const world = await openWorld({
    folder: `${folder.path}/world`,
    book: () => seededBook({ seed: 7, accounts: 6, positions: 24, tradingDate: '2026-11-23' }),
    seed: 7,
    faults: [],
    ratePerSecond: null,
    burstMax: 5,
    withLink: false,
    gateway: null,
    failed: (error) => expect.unreachable(error.message),
  });
  try {
    const log = `${folder.path}/trace.log`;
    const data = `${folder.path}/desk`;
    const strace = ['-f', '-yy', '-s', '65536', '-e', CALLS, '-o', log, process.execPath];
    const desk = [DESK, `${folder.path}/world`, data, synchronous, ...(readable ? ['readable'] : [])];
    const child = spawn('strace', [...strace, ...desk], { stdio: ['ignore', 'ignore', 'inherit'] });
    const [status] = (await once(child, 'exit')) as [number];
    expect(status, 'the traced desk ends well').toBe(0);
    const lines = readFileSync(log, 'latin1').split('\n');
    const port = world.file.ports.orders;
    const keys = readable ? { keys: REQUEST_ID } : {};
    const answer = checkTrace({ lines, journal: `${data}/desk.db`, port, ...keys });
    const sent = lines.filter((line) => line.includes(`:${port}]>`) && NEW_ORDER.test(line));
    return { ...answer, orders: sent.join('').match(new RegExp(NEW_ORDER, 'g'))?.length ?? 0 };
  } finally {
    await world.stop();
  }
}

describe('the order path of a real desk (I1)', () => {
  it('has each order in the WAL and synced before its bytes go to the exchange', async () => {
    const answer = await tracedExit('FULL', true);
    expect(answer.violations).toEqual([]);
    expect(answer.orders).toBeGreaterThan(10);
  }, 120_000);

  it('has the encrypted WAL written and synced before any bytes go to the exchange', async () => {
    const answer = await tracedExit('FULL', false);
    expect(answer.violations).toEqual([]);
    expect(answer.orders).toBeGreaterThan(10);
    expect(answer.walWrites).toBeGreaterThan(10);
  }, 120_000);

  it.each(['NORMAL', 'OFF'] as const)(
    'is caught when synchronous is %s',
    async (synchronous) => {
      const answer = await tracedExit(synchronous, false);
      expect(answer.orders).toBeGreaterThan(10);
      expect(answer.violations.some(({ what }) => what === 'not-synced')).toBe(true);
    },
    120_000,
  );
});
