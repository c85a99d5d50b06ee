import { hash } from 'node:crypto';
import { bookKey, partText, type BookPart, type FromMain } from '#core/sync/messages.ts';

type Row = Readonly<Record<string, string>>;

/** What a desk has of main's book. */
export interface Followed {
  readonly parts: Map<BookPart, Map<string, Row>>;
  version: number;
  snapshots: number;
  cuts: readonly string[];
  asOfMs: number;
}

/** What a desk has of main's book, by what main said to it; throws where that does not hang together. */
export function followed(heard: readonly FromMain[]): Followed {
  const has: Followed = { parts: new Map(), version: 0, snapshots: 0, cuts: [], asOfMs: 0 };
  for (const message of heard) {
    if (message.type === 'snapshot-begin') {
      has.parts.clear();
      for (const { part } of message.parts) has.parts.set(part, new Map());
      Object.assign(has, { version: message.version, cuts: message.cuts, asOfMs: message.asOfMs });
    } else if (message.type === 'snapshot-rows') put(has, message.part, message.rows);
    else if (message.type === 'snapshot-end') {
      has.snapshots += 1;
      const begin = heard.findLast((one) => one.type === 'snapshot-begin');
      for (const { part, rows, sha256 } of begin?.parts ?? []) {
        if (has.parts.get(part)?.size !== rows) throw new Error(`${part}: not ${rows} rows`);
        check(has, part, sha256);
      }
    } else if (message.type === 'delta') {
      if (message.version !== has.version + 1)
        throw new Error(`${message.version} came after ${has.version}`);
      Object.assign(has, { version: message.version, cuts: message.cuts, asOfMs: message.asOfMs });
      for (const key of message.removes) has.parts.get(message.part)?.delete(key);
      put(has, message.part, message.upserts);
      check(has, message.part, message.sha256);
    }
  }
  return has;
}

function put({ parts }: Followed, part: BookPart, rows: readonly Row[]): void {
  for (const row of rows) parts.get(part)?.set(bookKey(part, row), row);
}

function check({ parts }: Followed, part: BookPart, sha256: string): void {
  const is = hash('sha256', partText(part, parts.get(part)?.values() ?? []));
  if (is !== sha256) throw new Error(`${part}: the checksum is another one`);
}
