import type { Entry, Fact } from '#core/events.ts';
import { ok, refuse } from '#core/lib/result.ts';
import { DeskId } from '#core/model/ids.ts';
import { createSync } from './service.ts';

export const START_MS = 1_795_400_000_000;

interface StagedMode {
  readonly persons?: number;
  /** What a run of the desk before this one left. */
  readonly log?: readonly Entry[];
}

/** The modes of a desk with a clock, a journal and a world around it that a test moves. */
export function deskInMode({ persons = 1, log = [] }: StagedMode = {}) {
  const entries: Entry[] = [...log];
  const around = { nowMs: START_MS, writable: true, signs: [] as string[], asked: [] as string[] };
  /** What main's life was asked about: silent since when. */
  const silentSince: (number | null)[] = [];
  const append = (facts: readonly Fact[]) => {
    if (!around.writable) return refuse({ reason: 'journal-not-writable' as const, text: 'disk full' });
    const added = facts.map((fact, n): Entry => {
      const seq = entries.length + n + 1;
      return { desk: DeskId.parse('D1'), epoch: 1, seq, atMs: around.nowMs, fact };
    });
    entries.push(...added);
    for (const entry of added) sync.projection.memory(entry);
    return ok(added);
  };
  const sync = createSync({
    journal: { append },
    policy: { personsToDeclareLost: persons },
    now: () => around.nowMs,
    desk: 'D1',
    signsOfLife: (silentSinceMs) => {
      silentSince.push(silentSinceMs);
      return around.signs;
    },
    verifyScopeCode: (code, text) => {
      around.asked.push(text);
      return code === `signed ${text}`;
    },
  });
  for (const entry of log) sync.projection.memory(entry);
  /** The link shows this, once a second. */
  const shows = (saw: 'up' | 'lost', seconds: number): void => {
    for (let n = 0; n < seconds; n += 1) {
      around.nowMs += 1_000;
      sync.heard(saw, saw === 'up' ? 'main beats' : 'no beat');
    }
  };
  const made = (): string[] =>
    entries.map(({ fact }) => {
      if (fact.kind === 'mode-changed')
        return `${fact.from}>${fact.to} ${fact.sign ?? ''} ${fact.by.join('+')}`;
      return fact.kind === 'main-heard' ? `${fact.state} by ${fact.sign}` : fact.kind;
    });
  return { ...sync, around, entries, silentSince, shows, made };
}

export const SAID_DEAD = {
  reason: 'telephone says it is dead',
  scope: { segments: [], accounts: [] },
  scopeCode: '',
};
export const ONE_PERSON = { persons: ['dealer-1'] };
