import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { scratchFolder } from '#core/journal/stage-folder.ts';
import { present } from '#core/lib/assert.ts';
import { CLOCK_OFFSET_MS, instrumentOf, rowsOf, TestDesk } from './desk.ts';
import { ScriptedPeer } from './peer.ts';

const ROW = present(rowsOf(1)[0], 'a row of the book');

/** A certificate that signs itself, for `localhost`, made by openssl; null where there is none. */
function certificate(folder: string): { readonly cert: string; readonly key: string } | null {
  const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
  const name = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
  const made = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-keyout', key, '-out', cert];
  return spawnSync('openssl', [...made, ...name]).status === 0 ? { cert, key } : null;
}

async function withVenue(
  folder: string,
  files: { readonly cert: string; readonly key: string },
  caFile: string,
  test: (desk: TestDesk, peer: ScriptedPeer) => Promise<void>,
): Promise<void> {
  const tls = { cert: readFileSync(files.cert, 'utf8'), key: readFileSync(files.key, 'utf8') };
  const peer = await new ScriptedPeer({ version: '4.4', clockOffsetMs: CLOCK_OFFSET_MS, tls }).open();
  const trust = { caFile, certFile: '', keyFile: '', servername: 'localhost' };
  const desk = await TestDesk.open({ folder, port: peer.port, version: '4.4', tls: trust });
  try {
    await test(desk, peer);
  } finally {
    await desk.app.stop();
    await peer.close();
  }
}

describe('an order over TLS', () => {
  it('goes to a venue that shows the certificate it must have, and to no other', async (context) => {
    const folder = scratchFolder().path;
    const files = certificate(folder);
    if (files === null) return context.skip('openssl is not here: apt-get install openssl');
    await withVenue(join(folder, 'one'), files, files.cert, async (desk, peer) => {
      await desk.link('up');
      const orderId = await desk.place(ROW);
      const placed = await peer.next('D');
      const lot = instrumentOf(ROW).lotSize;
      peer.report(placed, 'F', { cum: lot, last: lot });
      await desk.status(orderId, 'FILLED');
      expect((await desk.order(orderId)).filledQuantity).toBe(lot);
    });
    // Nobody vouches for that certificate: not a byte of FIX is said.
    await withVenue(join(folder, 'two'), files, '', async (desk, peer) => {
      await desk.until('a refusal', async () =>
        /self.signed/.test((await desk.calls.exchange.links())[0]?.why ?? ''),
      );
      expect([peer.isUp, peer.nextIn]).toEqual([false, 1]);
      await expect(desk.place(ROW)).rejects.toThrow('not connected and recovered');
    });
    return undefined;
  });
});
