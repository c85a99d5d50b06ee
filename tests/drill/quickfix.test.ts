import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { freePorts } from '#drill/world/ports.ts';
import { CLEAN, freshSeed, runDrill } from './run-drill.ts';
import { ordersIn, PEER, startPeer, type Peer } from './quickfix-peer.ts';

/** The independent engine: QuickFIX. It has its own session store and its own ledger, which alone is judged. */
const peers: Peer[] = [];
const folders: string[] = [];
afterEach(async () => {
  for (const peer of peers.splice(0)) await peer.kill();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

async function exchange(version: '4.2' | '4.4') {
  const folder = mkdtempSync(join(tmpdir(), 'lifeboat-quickfix-'));
  folders.push(folder);
  const [port = 0] = await freePorts(1);
  const start = async (...more: readonly string[]): Promise<Peer> => {
    const peer = await startPeer({ port, version, folder, more });
    peers.push(peer);
    return peer;
  };
  const gateway = `fix://${PEER.target}@127.0.0.1:${port}/${PEER.sender}?version=${version}`;
  return { start, gateway };
}

const BOOK = ['--positions', '12', '--accounts', '6', '--rate', 'off'];

describe.each(['4.2', '4.4'] as const)('against QuickFIX, FIX %s', (version) => {
  it('is flat, with its store', async () => {
    const { start, gateway } = await exchange(version);
    const { ledger } = await start();
    const seed = freshSeed(`QuickFIX ${version}`);
    const end = await runDrill(...BOOK, '--seed', seed, '--gateway', gateway, '--ledger', ledger);
    expect(end).toMatchObject({
      status: 0,
      report: { ...CLEAN, rows: 12, ledger: { agrees: true } },
    });
  });

  it('is flat when it is killed and comes back with its store', async () => {
    const { start, gateway } = await exchange(version);
    const first = await start('--delay-ms', '300');
    const seed = freshSeed(`QuickFIX ${version}, killed`);
    const drill = runDrill(...BOOK, '--seed', seed, '--gateway', gateway, '--ledger', first.ledger);
    await ordersIn(first.ledger, 3);
    await first.kill();
    await start();
    const end = await drill;
    expect(end).toMatchObject({ report: { duplicates: 0, overclosed: 0, chain: 'ok' } });
  });

  it('stops when the exchange forgot: reset by the admin, orders in doubt are leftovers', async () => {
    const { start, gateway } = await exchange(version);
    const first = await start('--delay-ms', '700');
    const seed = freshSeed(`QuickFIX ${version}, without its store`);
    const drill = runDrill(...BOOK, '--seed', seed, '--gateway', gateway, '--ledger', first.ledger);
    await ordersIn(first.ledger, 2);
    await first.kill();
    await start('--forget', '--id-start', '5000000');
    const end = await drill;
    expect(end.report).toMatchObject({ flat: false, duplicates: 0, overclosed: 0, chain: 'ok' });
    expect(end.said).toContain('the orders session of peer stopped, the admin resets it');
    expect(end.report?.unknown).toBeGreaterThan(0);
    expect(end.report?.leftovers.map(({ reason }) => reason)).toContain('in-doubt');
    expect(end.status).toBe(1);
  });
});
