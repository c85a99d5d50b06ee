import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { databaseKey, signingSeed } from '#core/app-secrets.ts';
import type { Secrets } from '#core/host.ts';
import { openJournal } from '#core/journal/open.ts';
import type { JournalOptions } from '#core/journal/open.ts';
import { signerOf } from '#core/journal/signer.ts';
import { boundReached, openScratch, scratchOptions } from '#core/journal/stage.ts';

/** A word that a fact of the journal holds, to be looked for in raw files. */
export const ACCOUNT_NAME = 'SHANTI DEVI KULKARNI';

/** What the composer opens a journal with. */
export async function encryptedOptions(data: string, secrets: Secrets): Promise<JournalOptions> {
  const host = { secrets, randomBytes, paths: { data, screen: null } };
  const signer = signerOf(await signingSeed(host));
  return { ...scratchOptions(data), signer, key: await databaseKey(host) };
}

/** Appends facts that name the account; ends with the desk stopped. Gives how many rows the journal has. */
export function writeFacts(options: JournalOptions, facts: number): number {
  const journal = openScratch(options);
  for (let n = 0; n < facts; n++) journal.append([boundReached(`${ACCOUNT_NAME} ${n}`)]);
  const { seq } = journal.head();
  journal.close();
  return seq;
}

/** Rows that a desk finds when it starts: all of them, and its chain holds; a text when it does not open. */
export function rowsFound(options: JournalOptions): number | string {
  const opened = openJournal(options);
  if (!opened.ok) return `${opened.refusal.reason}: ${opened.refusal.text}`;
  const journal = opened.value;
  let named = 0;
  journal.replay([
    { name: 'count', memory: ({ fact }) => void (named += Number(fact.kind === 'bound-reached')) },
  ]);
  journal.close();
  return journal.broken === null ? named : journal.broken.text;
}

export function databaseOf(data: string): string {
  return join(data, 'desk.db');
}
