import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { freePorts } from '#drill/world/ports.ts';
import { openWorld, seededBook } from '#drill/world/world.ts';

it('a world that can not be made whole leaves no process behind', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'lifeboat-world-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  // Main's database is at a port where nobody listens; the exchange and the link are up by then.
  const [nobody = 0] = await freePorts(1);
  vi.stubEnv('LIFEBOAT_MAIN_DATABASE_URL', `postgres://x@127.0.0.1:${nobody}/x`);
  onTestFinished(() => {
    vi.unstubAllEnvs();
  });
  const opening = openWorld({
    folder,
    book: () => seededBook({ seed: 3, accounts: 2, positions: 4, tradingDate: '2026-11-25' }),
    seed: 3,
    faults: [],
    ratePerSecond: null,
    burstMax: 20,
    withLink: true,
    gateway: null,
    main: { wireFaults: [] },
    failed: (error) => expect.unreachable(error.message),
  });
  await expect(opening).rejects.toThrow('ECONNREFUSED');
  const pids = JSON.parse(readFileSync(join(folder, 'pids.json'), 'utf8')) as Record<string, number>;
  expect(Object.keys(pids)).toEqual(['exchange', 'link']);
  for (const pid of Object.values(pids)) expect(() => process.kill(pid, 0)).toThrow('ESRCH');
}, 60_000);
