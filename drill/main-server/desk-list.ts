import { hash, timingSafeEqual } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { z } from 'zod';

const DeskEntry = z.object({
  desk: z.string().min(1).max(12),
  token: z.string().min(1),
  /** Hex of its SPKI DER; absent: the first that it shows is pinned. */
  publicKey: z.string().optional(),
});
const DeskFile = z.object({ desks: z.array(DeskEntry) });

/** Who may come in, by what. */
export interface DeskList {
  /** Null: let in. `publicKey` says what the desk must show; null there: anything, once. */
  check(desk: string, token: string): 'wrong-token' | 'unknown-desk' | { readonly publicKey: string | null };
}

/** Every desk may come with the one token of the file, or each with its own: `{desks: [{desk, token, publicKey?}]}`. */
export function readDeskList(path: string): DeskList {
  const text = readFileSync(path, 'utf8').trim();
  if (!text.startsWith('{')) {
    return { check: (_desk, token) => (isSame(token, text) ? { publicKey: null } : 'wrong-token') };
  }
  const { desks } = DeskFile.parse(JSON.parse(text));
  const known = new Map(desks.map((entry) => [entry.desk, entry]));
  return {
    check(desk, token) {
      const entry = known.get(desk);
      if (entry === undefined) return 'unknown-desk';
      return isSame(token, entry.token) ? { publicKey: entry.publicKey ?? null } : 'wrong-token';
    },
  };
}

function isSame(one: string, other: string): boolean {
  const sum = (text: string): Uint8Array => hash('sha256', text, 'buffer');
  return timingSafeEqual(sum(one), sum(other));
}
