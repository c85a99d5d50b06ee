import type { Doing } from '#core/lib/procedure.ts';
import type { Mode } from './events.ts';

/**
 * What each mode allows: the one table.
 *
 * 1. `trade`: in EMERGENCY only. In every other mode main may be trading the same book.
 * 2. `follow`: main's book is taken while main is the authority. In EMERGENCY and HANDBACK the desk's own is the truth:
 *    what main says of the rows that the desk closed is older than what the exchange told the desk.
 * 3. `hand-back`: while main takes over, and after it: facts behind a certificate make its supplement.
 * 4. `import`: not while book and main are compared row by row: a file would move what is being compared.
 */
const ALLOWED: Readonly<Record<Mode, Readonly<Record<Doing, boolean>>>> = {
  STANDBY: { trade: false, 'dry-run': true, follow: true, 'hand-back': true, import: true },
  SUSPECT: { trade: false, 'dry-run': true, follow: true, 'hand-back': false, import: true },
  EMERGENCY: { trade: true, 'dry-run': true, follow: false, 'hand-back': false, import: true },
  HANDBACK: { trade: false, 'dry-run': true, follow: false, 'hand-back': true, import: false },
};

/** Whether the mode allows it. */
export function allows(mode: Mode, what: Doing): boolean {
  return ALLOWED[mode][what];
}

/** Why the mode refuses it, for the router; null when it does not. What trades is refused because main is up. */
export function modeRefusal(
  mode: Mode,
  what: Doing,
): { readonly reason: 'main-is-up' | 'mode-refuses'; readonly text: string } | null {
  if (allows(mode, what)) return null;
  if (what === 'trade') {
    const text = `The desk is in ${mode}: it may trade only in an emergency, because main may be trading the same book.`;
    return { reason: 'main-is-up', text };
  }
  const modes = (Object.keys(ALLOWED) as Mode[]).filter((one) => allows(one, what));
  return {
    reason: 'mode-refuses',
    text: `The desk is in ${mode}: ${SAID[what]} only in ${modes.join(' and ')}.`,
  };
}

const SAID: Readonly<Record<Exclude<Doing, 'trade'>, string>> = {
  'dry-run': 'dry runs are made',
  follow: "main's book is taken",
  'hand-back': 'facts are handed back, compared and certified',
  import: 'files are taken in',
};
