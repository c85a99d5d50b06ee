import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { scratchFolder } from '#core/journal/stage-folder.ts';
import { checkTrace } from './trace.ts';
import type { TraceAnswer } from './trace.ts';

const WRITER = fileURLToPath(new URL('writer.ts', import.meta.url));
const CALLS = 'trace=pwrite64,write,writev,sendto,sendmsg,fsync,fdatasync';
const MESSAGES = 20;

/** Runs the writer under strace against a sink of this process and reads the trace. */
async function traced(synchronous: 'FULL' | 'NORMAL' | 'OFF'): Promise<TraceAnswer> {
  const folder = scratchFolder();
  const sink = createServer((socket) => socket.on('data', () => undefined).on('end', () => socket.end()));
  sink.listen(0, '127.0.0.1');
  await once(sink, 'listening');
  const { port } = sink.address() as AddressInfo;
  const log = `${folder.path}/trace.log`;
  const strace = ['-f', '-yy', '-s', '65536', '-e', CALLS, '-o', log, process.execPath];
  const writer = [WRITER, folder.path, String(port), String(MESSAGES), synchronous];
  const child = spawn('strace', [...strace, ...writer], { stdio: ['ignore', 'ignore', 'inherit'] });
  const [status] = (await once(child, 'exit')) as [number];
  sink.close();
  expect(status, 'the traced writer ends well').toBe(0);
  const lines = readFileSync(log, 'latin1').split('\n');
  return checkTrace({ lines, journal: `${folder.path}/desk.db`, port, keys: /order-\d{6}/g });
}

describe('nothing reaches a wire that is not durable (I1)', () => {
  it('the WAL is synced between the write of a fact and the socket write that follows it', async () => {
    const answer = await traced('FULL');
    expect(answer.violations).toEqual([]);
    expect(answer.socketWrites).toBe(MESSAGES);
    expect(answer.walSyncs).toBeGreaterThanOrEqual(MESSAGES);
  });

  it.each(['NORMAL', 'OFF'] as const)('the same check fails when synchronous is %s', async (synchronous) => {
    const answer = await traced(synchronous);
    expect(answer.socketWrites).toBe(MESSAGES);
    const named = answer.violations.filter(({ what }) => what === 'not-synced');
    expect(named).toHaveLength(MESSAGES);
  });
});

describe('the check of a trace', () => {
  const WAL = '7 pwrite64(20</d/desk.db-wal>, "order-000001", 4096, 0) = 4096';
  const SYNC = '7 fdatasync(20</d/desk.db-wal>) = 0';
  const SEND = '7 write(21<TCP:[127.0.0.1:5000->127.0.0.1:9878]>, "order-000001", 12) = 12';
  const ELSEWHERE = '7 write(22<TCP:[127.0.0.1:9999->127.0.0.1:5001]>, "order-000001", 12) = 12';
  it.each([
    ['written, synced, sent', [WAL, SYNC, SEND], []],
    ['sent before the sync', [WAL, SEND, SYNC], ['not-synced', 'not-in-journal']],
    ['sent without a journal', [SEND], ['nothing-written', 'not-in-journal']],
    ['another one synced', [WAL.replace('01"', '02"'), SYNC, SEND], ['not-in-journal']],
    ['a sync that failed', [WAL, SYNC.replace('= 0', '= -1 EIO'), SEND], ['not-synced', 'not-in-journal']],
    [
      'written again while the sync ran',
      [WAL, '7 fdatasync(20</d/desk.db-wal> <unfinished ...>', WAL, '7 <... fdatasync resumed>) = 0', SEND],
      ['not-synced'],
    ],
    ['another file synced', [WAL, SYNC.replace('-wal', ''), SEND], ['not-synced', 'not-in-journal']],
    ['sent to somebody else', [WAL, ELSEWHERE], []],
  ])('%s', (_, lines, expected) => {
    const answer = checkTrace({ lines, journal: '/d/desk.db', port: 9878, keys: /order-\d{6}/g });
    expect(answer.violations.map(({ what }) => what)).toEqual(expected);
  });
});
