import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createKiller, readHits, type KillStep } from './kill.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lifeboat-kill-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

/** A process to be killed as the link, and a killer over it. */
function victim(steps: readonly KillStep[], inFlight: () => number) {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => undefined, 1000)']);
  const ended = new Promise<string | null>((resolve) => {
    child.once('exit', (_code, signal) => resolve(signal));
  });
  const [hits, pids] = [join(folder, 'hits'), join(folder, 'pids.json')];
  writeFileSync(pids, JSON.stringify({ link: child.pid }));
  const armed = join(folder, 'armed');
  const options = {
    steps,
    hits,
    pids,
    armed,
    ordersInFlight: inFlight,
    ordersInDoubt: () => 0,
    now: () => 1,
  };
  return { reached: createKiller(options), again: () => createKiller(options), ended, hits, armed };
}

describe('a kill at a named point', () => {
  it('waits for an order in flight and for the asked time, is written down, and does not come again', async () => {
    let inFlight = 0;
    const { reached, again, ended, hits } = victim(
      [{ target: 'link', at: 'write-ack', nth: 2 }],
      () => inFlight,
    );
    reached('write-ack');
    reached('write-ack');
    inFlight = 3;
    reached('commit-write');
    reached('write-ack');
    expect(readHits(hits)).toEqual([]);
    reached('write-ack');
    expect(await ended).toBe('SIGKILL');
    const hit = { target: 'link', at: 'write-ack', inFlight: 3, inDoubt: 0, atMs: 1 };
    expect(readHits(hits)).toEqual([hit]);
    reached('write-ack');
    again()('write-ack');
    expect(readHits(hits)).toEqual([hit]);
  });

  it('in recovery needs an order in doubt', async () => {
    const { reached, ended, hits } = victim(
      [
        { target: 'link', at: 'write-ack', nth: 1 },
        { target: 'link', at: 'in-recovery', nth: 1 },
      ],
      () => 1,
    );
    reached('in-recovery');
    expect(readHits(hits)).toEqual([]);
    reached('write-ack');
    expect(await ended).toBe('SIGKILL');
    reached('in-recovery');
    expect(readHits(hits).map(({ at }) => at)).toEqual(['write-ack']);
  });

  it('in the handback needs no order, but that main is back', async () => {
    const { reached, ended, hits, armed } = victim(
      [{ target: 'link', at: 'handback-send', nth: 1 }],
      () => 0,
    );
    reached('handback-send');
    expect(readHits(hits)).toEqual([]);
    writeFileSync(armed, '');
    reached('handback-ack');
    reached('handback-send');
    expect(await ended).toBe('SIGKILL');
    expect(readHits(hits)).toHaveLength(1);
  });
});
