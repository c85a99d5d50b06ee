import type { Fact } from '#core/events.ts';
import { istTime } from '#core/model/market-clock.ts';
import { allows } from './domain-allows.ts';
import type { Mode } from './events.ts';

/** What the log says of following. */
export interface FollowView {
  /** Why the book was broken, until another one is in force; null: it is whole. */
  readonly broken: string | null;
  readonly mappingEpoch: number;
  /** The accounts that are at home here; null: main never said, and all are. */
  readonly homes: ReadonlySet<string> | null;
}

export const NO_BOOK: FollowView = { broken: null, mappingEpoch: 0, homes: null };

export function seen(view: FollowView, fact: Fact): FollowView {
  if (fact.kind === 'book-followed') return view.broken === null ? view : { ...view, broken: null };
  if (fact.kind === 'book-broken') return { ...view, broken: fact.why };
  if (fact.kind !== 'mapping-changed') return view;
  return { ...view, mappingEpoch: fact.mappingEpoch, homes: new Set(fact.accounts) };
}

/** Without any word of main for so long, what is here may be old, whatever the link says. */
export const STALE_AFTER_MS = 15_000;

interface Around {
  readonly mode: Mode;
  readonly link: { readonly state: string; readonly sinceMs: number; readonly text: string };
  readonly silentMs: number;
  /** Why a new snapshot is awaited. */
  readonly awaiting: string | null;
  /** Why a service has not taken what is followed. */
  readonly problem: string | null;
}

/** Why the followed book may not be main's of this moment; null: it is. The first reason counts. */
export function freshText({ mode, link, silentMs, awaiting, problem }: Around): string | null {
  if (!allows(mode, 'follow')) return `main's book is not taken in ${mode}: the desk's own is the truth`;
  if (link.state !== 'up') return `no link to main since ${istTime(link.sinceMs)}: ${link.text}`;
  if (awaiting !== null) return `a new snapshot of main is awaited: ${awaiting}`;
  if (silentMs >= STALE_AFTER_MS) return `no word of main for ${Math.floor(silentMs / 1_000)} s`;
  return problem;
}
