import type { Entry, FactKind } from '#core/events.ts';
import type { Host } from '#core/host.ts';
import type { Journal } from '#core/journal/port.ts';
import type { AccountScope } from '#core/model/scope.ts';
import { refuse } from '#core/lib/result.ts';
import { FEED_BATCH_MAX, type DeskStatus, type FeedBatch, type Readiness } from './contract.ts';

/** The screen learns of facts at most this often. */
const FEED_EVERY_MS = 100;
/** A follower without news hears this often that the desk is alive. */
const FEED_SILENCE_MS = 5_000;
/** Followers at a time: screens, tools. */
const FOLLOWERS_MAX = 32;

/** Wire messages are for the log and its reader; no screen follows them. */
const NOT_FOLLOWED: ReadonlySet<FactKind> = new Set(['message-sent', 'message-received']);

export interface DeskDeps {
  readonly journal: Journal;
  readonly host: Pick<Host, 'now' | 'every'>;
  /** Everything of the status that other services know. */
  readonly status: () => Omit<DeskStatus, 'nowMs' | 'desk'>;
  /** Whether this desk could take over now. */
  readonly readiness: () => Readiness;
  /** May this follower see the fact? */
  readonly visible: (entry: Entry, follower: Follower) => boolean;
}

export interface Follower {
  readonly by: string;
  readonly scope: AccountScope;
}

/** The desk as a screen sees it: its state now, and its facts from any place on. */
export function createDesk(deps: DeskDeps) {
  let followers = 0;

  async function* follow(input: FollowInput, context: FollowContext): AsyncGenerator<FeedBatch, void, void> {
    followers += 1;
    const bell = createBell(deps, context.signal);
    try {
      let after = Math.min(input.afterSeq, deps.journal.head().seq);
      let spokeAtMs = Number.NEGATIVE_INFINITY;
      while (!bell.stopped()) {
        const stored = deps.journal.read(after, FEED_BATCH_MAX);
        const last = stored.at(-1);
        if (last !== undefined || deps.host.now() - spokeAtMs >= FEED_SILENCE_MS) {
          after = last?.seq ?? after;
          spokeAtMs = deps.host.now();
          yield batch(
            stored.filter((entry) => deps.visible(entry, context)),
            after,
          );
        }
        // A full batch means that more is waiting: no pause until the follower has caught up.
        if (stored.length < FEED_BATCH_MAX) await bell.next();
      }
    } finally {
      followers -= 1;
      bell.close();
    }
  }

  return {
    handlers: {
      status: (): DeskStatus => ({ ...deps.status(), desk: deps.journal.desk, nowMs: deps.host.now() }),
      readiness: deps.readiness,
      follow: (input: FollowInput, context: FollowContext) =>
        followers < FOLLOWERS_MAX
          ? follow(input, context)
          : refuse({ reason: 'too-many-followers', text: `${FOLLOWERS_MAX} followers are connected.` }),
    },
  };
}

interface FollowInput {
  readonly afterSeq: number;
}
interface FollowContext extends Follower {
  readonly signal?: AbortSignal | undefined;
}

function batch(stored: readonly Entry[], throughSeq: number): FeedBatch {
  return { entries: stored.filter((entry) => !NOT_FOLLOWED.has(entry.fact.kind)), throughSeq };
}

/** Wakes its one waiter at the pace of the screen, and at once when the follower leaves. */
function createBell(deps: DeskDeps, signal: AbortSignal | undefined) {
  let wake: (() => void) | null = null;
  const ring = (): void => {
    wake?.();
    wake = null;
  };
  const stopTicking = deps.host.every(FEED_EVERY_MS, ring);
  signal?.addEventListener('abort', ring);
  return {
    stopped: () => signal?.aborted === true,
    next: () =>
      new Promise<void>((resolve) => {
        if (signal?.aborted === true) resolve();
        else wake = resolve;
      }),
    close: () => {
      stopTicking();
      signal?.removeEventListener('abort', ring);
    },
  };
}
