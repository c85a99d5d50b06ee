import { loadFiles } from '#main/load-files.ts';
import type { BookFiles } from '#drill/book/write.ts';
import { agreed, isRefused, type Doors } from '#drill/world/seats.ts';
import { GivesUp, type Patience } from './patience.ts';

/** The book must have come, or main's silence been noticed, in this time. */
const FOLLOW_MS = 60_000;
const MISSED_MS = 60_000;

/** A desk without main: the files of the day. It may be done twice: the desk may die in between. */
export async function bringFiles(patience: Patience, files: Omit<BookFiles, 'book'>): Promise<void> {
  await patience.again(({ admin }) => loadFiles(admin, files));
}

/**
 * A desk with main: everything comes from there, and nothing is traded. Returns the rows that came. That the desk
 * would trade although main is up is told by the complaint.
 */
export async function follow(patience: Patience): Promise<FollowedBook> {
  await patience.until(FOLLOW_MS, async ({ dealer }) => {
    const { book, link, linkText } = await dealer.sync.status();
    if (book === null) return `nothing has come from main; the link is ${link} (${linkText})`;
    if (book.stale) return `main's book is old: ${book.text}`;
    const { mode, why } = await dealer.mode.get();
    return mode === 'STANDBY' ? null : `the desk is in ${mode} (${why})`;
  });
  const { rows } = await patience.again(({ dealer }) => dealer.positions.list({ openOnly: true }));
  const trades = await patience.again(wouldTrade);
  return {
    rows: rows.length,
    complaints: trades ? ['the desk approved an exit while main was up'] : [],
  };
}

export interface FollowedBook {
  readonly rows: number;
  readonly complaints: readonly string[];
}

/** Whether an exit of everything is let through now, which in STANDBY it must not be. */
async function wouldTrade({ dealer, admin }: Doors): Promise<boolean> {
  const evidence = {
    authority: 'rms-decision' as const,
    reference: 'DRILL-0',
    channel: 'desk',
    instructedAtMs: 0,
  };
  try {
    const { planId, planHash } = await dealer.squareOff.dryRun({
      scope: { kind: 'all' },
      evidence,
      instructions: [],
    });
    await agreed(() => dealer.squareOff.approve({ planId, planHash }), admin);
    return true;
  } catch (error) {
    if (isRefused(error)) return false;
    throw error;
  }
}

/** Main went silent; the desk notices by itself. */
export function missMain(patience: Patience): Promise<void> {
  return patience.until(MISSED_MS, async ({ dealer }) => {
    const { mode, why } = await dealer.mode.get();
    return mode === 'SUSPECT' || mode === 'EMERGENCY'
      ? null
      : `main is gone, and the desk in ${mode} (${why})`;
  });
}

/** The dealer says so, the admin agrees. */
export async function declareLost(patience: Patience): Promise<void> {
  const reason = 'drill: the main system is down';
  await patience.again(async ({ dealer, admin }) => {
    const { mode } = await dealer.mode.get();
    if (mode === 'EMERGENCY') return;
    await agreed(() => dealer.mode.declareLost({ reason }), admin);
  });
  const { mode } = await patience.again(({ dealer }) => dealer.mode.get());
  if (mode !== 'EMERGENCY') throw new GivesUp(`main was declared lost, and the desk is in ${mode}`);
}
