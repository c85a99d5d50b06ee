import type { Mode } from './events.ts';

/** What a desk can be asked to do that not every mode allows. */
export type Allowed = 'trade' | 'dry-run' | 'follow' | 'hand-back' | 'import';

/**
 * What each mode allows: the one table.
 *
 * 1. `trade`: in EMERGENCY only. In every other mode main may be trading the same book.
 * 2. `follow`: main's book is taken while main is the authority. In EMERGENCY and HANDBACK the desk's own is the truth:
 *    what main says of the rows that the desk closed is older than what the exchange told the desk.
 * 3. `hand-back`: while main takes over, and after it: facts behind a certificate make its supplement.
 * 4. `import`: not while book and main are compared row by row: a file would move what is being compared.
 */
const ALLOWED: Readonly<Record<Mode, Readonly<Record<Allowed, boolean>>>> = {
  STANDBY: { trade: false, 'dry-run': true, follow: true, 'hand-back': true, import: true },
  SUSPECT: { trade: false, 'dry-run': true, follow: true, 'hand-back': false, import: true },
  EMERGENCY: { trade: true, 'dry-run': true, follow: false, 'hand-back': false, import: true },
  HANDBACK: { trade: false, 'dry-run': true, follow: false, 'hand-back': true, import: false },
};

/** Whether the mode allows it. Who refuses because of it says `mode-refuses`; for orders it is `main-is-up`. */
export function allows(mode: Mode, what: Allowed): boolean {
  return ALLOWED[mode][what];
}
