import type { Host } from '#core/host.ts';
import { hexOf } from '#core/journal/chain.ts';
import type { JournalFile } from '#core/journal/journal.ts';
import { present } from '#core/lib/assert.ts';
import { Emergency } from '#core/sync/domain-emergency.ts';
import { Handover } from '#core/sync/domain-handback.ts';
import { PROTOCOL_VERSION } from '#core/sync/messages.ts';
import { createSender } from '#core/sync/service-handback.ts';
import { createMainLink } from '#core/sync/service-link.ts';
import { createHost } from '#main/host.ts';
import { simulationSecrets } from '#main/secrets-simulation.ts';
import { readyJournal } from './desk-journal.ts';
import { timed } from './figure.ts';

/** Nothing takes so long: main does not take a row, or is gone. */
const PATIENCE_MS = 120_000;
/** As the written journal leaves it. */
const MODE = 'HANDBACK';

/** Where main listens for this desk. */
export interface MainAt {
  readonly url: string;
  readonly token: string;
}

export interface Handed {
  /** From the first dial until main had acknowledged the last row. */
  readonly ms: number;
  readonly held: readonly Held[];
}

/** One turn of the sender, in which the desk's thread trades nothing. */
export interface Held {
  readonly ms: number;
  /** The system gave the processor to somebody else meanwhile: on few cores, to main or to its database. */
  readonly interrupted: boolean;
}

/** The sender and the link of the product, on a stored journal, until main has acknowledged its last row. */
export async function handOver(data: string, main: MainAt): Promise<Handed> {
  const folds = { handover: new Handover(), emergency: new Emergency() };
  const journal = readyJournal(data, [
    {
      name: 'handback',
      memory: (entry) => {
        for (const fold of Object.values(folds)) fold.apply(entry);
      },
    },
  ]);
  const { host, held } = hostOf(data);
  const link = linkOf(journal, host, main);
  const last = journal.head().seq;
  try {
    return await new Promise((resolve, reject) => {
      const startMs = performance.now();
      const stops: (() => void)[] = [];
      const end = (): void => {
        clearTimeout(late);
        for (const stop of stops) stop();
      };
      const late = setTimeout(() => {
        end();
        reject(new Error(`main has ${folds.handover.acked().seq} of ${last} rows: ${link.state().text}`));
      }, PATIENCE_MS);
      const progress = (): void => {
        if (folds.handover.acked().seq < last) return;
        resolve({ ms: performance.now() - startMs, held });
        end();
      };
      const sender = createSender({ ...folds, journal, link, host, greeted: () => undefined, progress });
      stops.push(sender.start(), link.start());
    });
  } finally {
    journal.close();
  }
}

function linkOf(journal: JournalFile, host: Host, { url, token }: MainAt) {
  const opening = present(journal.stored(0, 1).heads[0], 'the head of the first row');
  return createMainLink({
    config: { url, caFile: '' },
    token,
    host,
    hello: () => ({
      type: 'hello',
      v: PROTOCOL_VERSION,
      desk: journal.desk,
      epoch: journal.epoch,
      publicKey: hexOf(opening.publicKey),
      build: 'bench',
      book: null,
      mappingEpoch: 0,
    }),
    mode: () => MODE,
    heard: () => undefined,
  });
}

/** The host of the product; what it runs soon, which is the sender, is timed. */
function hostOf(data: string) {
  const held: Held[] = [];
  const host = createHost({
    data,
    screen: null,
    secrets: simulationSecrets(data),
    clockOffsetMs: 0,
    reached: () => undefined,
  });
  const soon: Host['soon'] = (task) => {
    host.soon(() => {
      const before = interruptions();
      const ms = timed(task);
      held.push({ ms, interrupted: interruptions() > before });
    });
  };
  return { host: { ...host, soon }, held };
}

function interruptions(): number {
  return process.resourceUsage().involuntaryContextSwitches;
}
