import { join } from 'node:path';
import { createApp, DeskConfig, type App } from '#core/app.ts';
import type { JournalFile } from '#core/journal/journal.ts';
import { openJournal } from '#core/journal/open.ts';
import { signerOf } from '#core/journal/signer.ts';
import { DeskId } from '#core/model/ids.ts';
import { deskConfig, plainVenue } from '#drill/world/desk-config.ts';
import { createHost } from '#main/host.ts';
import { simulationSecrets } from '#main/secrets-simulation.ts';
import { AS_OF_MS, unhedgedBook } from './book.ts';

/** A desk that is opened and replayed and never linked: what a start costs before a socket is dialled. */
const SEED = new Uint8Array(32).fill(7);
/** The key of its journal, encrypted as every desk's is. */
export const JOURNAL_KEY = new Uint8Array(32).fill(9);
const NOBODY = { host: '127.0.0.1', port: 9, sender: 'LIFEBOAT', target: 'SIM', version: '4.4' } as const;

function hostOf(data: string) {
  return createHost({
    data,
    screen: null,
    secrets: simulationSecrets(data),
    clockOffsetMs: AS_OF_MS - Date.now(),
    reached: () => undefined,
  });
}

/** Where the journal of the desk in this folder lies. */
export function journalPath(data: string): string {
  return join(data, 'desk.db');
}

/** The product's own composer over the folder, replayed and ready. */
export async function openDesk(data: string): Promise<App> {
  const host = hostOf(data);
  await host.secrets.set('journal-signing-seed', SEED);
  await host.secrets.set('database-key', JOURNAL_KEY);
  const book = unhedgedBook(1);
  const config = deskConfig(
    book,
    plainVenue(book.instruments, NOBODY, { ratePerSecond: null, burstMax: 100 }),
  );
  const created = await createApp(host, DeskConfig.parse(config), { build: 'bench' });
  if (!created.ok) throw new Error(created.refusal.text);
  return created.value;
}

/** The journal of that desk alone, ready to append, so that a log of any length can be written fast. */
export function openLog(data: string): JournalFile {
  const host = hostOf(data);
  const opened = openJournal({
    path: journalPath(data),
    desk: DeskId.parse('DRILL'),
    build: 'bench',
    host,
    signer: signerOf(SEED),
    key: JOURNAL_KEY,
  });
  if (!opened.ok) throw new Error(opened.refusal.text);
  const replayed = opened.value.replay([]);
  if (!replayed.ok) throw new Error(replayed.refusal.text);
  return opened.value;
}
