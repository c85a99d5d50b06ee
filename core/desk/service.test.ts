import { EVERY_ACCOUNT } from '#core/model/scope.ts';
import { describe, expect, it } from 'vitest';
import type { Entry, Fact } from '#core/events.ts';
import type { Journal } from '#core/journal/port.ts';
import { DeskId, VenueId } from '#core/model/ids.ts';
import { FEED_BATCH_MAX, type FeedBatch } from './contract.ts';
import { createDesk, type DeskDeps } from './service.ts';

function world() {
  const entries: Entry[] = [];
  const ticks = new Set<() => void>();
  let nowMs = 1_000_000;
  const desk = DeskId.parse('desk-1');
  const journal: Pick<Journal, 'desk' | 'epoch' | 'head' | 'read'> = {
    desk,
    epoch: 1,
    head: () => ({ seq: entries.length, hash: '' }),
    read: (afterSeq, limit) => entries.slice(afterSeq, afterSeq + limit),
  };
  const add = (fact: Fact): void => {
    entries.push({ desk, epoch: 1, seq: entries.length + 1, atMs: nowMs, fact });
  };
  const deps = {
    journal: journal as DeskDeps['journal'],
    host: {
      now: () => nowMs,
      every: (_everyMs: number, tick: () => void) => {
        ticks.add(tick);
        return () => ticks.delete(tick);
      },
    },
    status: () => {
      throw new Error('not asked');
    },
    readiness: () => {
      throw new Error('not asked');
    },
    visible: (entry: Entry, { by }: { readonly by: string }) =>
      entry.fact.kind !== 'mode-changed' || by === 'asha',
  };
  const pass = (ms: number): void => {
    nowMs += ms;
    for (const tick of ticks) tick();
  };
  return { follow: createDesk(deps).handlers.follow, add, pass, ticks };
}

const started: Fact = { kind: 'desk-started', v: 1, build: 'test' };
const raw: Fact = {
  kind: 'message-sent',
  v: 1,
  venue: VenueId.parse('nse-fo'),
  session: 'orders',
  sequence: 1,
  raw: '8=FIX.4.4',
};

function stream(answer: unknown): AsyncGenerator<FeedBatch, void, void> {
  expect(answer).toHaveProperty('next');
  return answer as AsyncGenerator<FeedBatch, void, void>;
}

const ASHA = { by: 'asha', scope: EVERY_ACCOUNT };

describe('the feed', () => {
  it('gives what is stored at once, then what comes, each once, in order', async () => {
    const { follow, add, pass } = world();
    add(started);
    add(started);
    const feed = stream(follow({ afterSeq: 1 }, ASHA));
    expect((await feed.next()).value).toMatchObject({ throughSeq: 2, entries: [{ seq: 2 }] });
    const next = feed.next();
    await Promise.resolve();
    add(started);
    pass(100);
    expect((await next).value).toMatchObject({ throughSeq: 3, entries: [{ seq: 3 }] });
  });

  it('leaves wire messages out, but counts them as seen', async () => {
    const { follow, add } = world();
    add(raw);
    add(started);
    add(raw);
    const feed = stream(follow({ afterSeq: 0 }, ASHA));
    const { value } = await feed.next();
    expect(value?.entries.map(({ seq }) => seq)).toEqual([2]);
    expect(value?.throughSeq).toBe(3);
  });

  it('speaks at once to a follower without news, and again when it was long silent', async () => {
    const { follow, pass } = world();
    const feed = stream(follow({ afterSeq: 0 }, ASHA));
    expect((await feed.next()).value).toEqual({ entries: [], throughSeq: 0 });
    const next = feed.next();
    await Promise.resolve();
    pass(5_000);
    expect((await next).value).toEqual({ entries: [], throughSeq: 0 });
  });

  it('reads a long log in bounded batches', async () => {
    const { follow, add } = world();
    for (let n = 0; n < FEED_BATCH_MAX + 1; n += 1) add(started);
    const feed = stream(follow({ afterSeq: 0 }, ASHA));
    expect((await feed.next()).value?.entries).toHaveLength(FEED_BATCH_MAX);
    expect((await feed.next()).value?.entries).toHaveLength(1);
  });

  it('ends with its follower and leaves no timer behind', async () => {
    const { follow, ticks } = world();
    const leaving = new AbortController();
    const feed = stream(follow({ afterSeq: 0 }, { ...ASHA, signal: leaving.signal }));
    await feed.next();
    const last = feed.next();
    leaving.abort();
    expect((await last).done).toBe(true);
    expect(ticks.size).toBe(0);
  });

  it('is bounded in followers', async () => {
    const { follow } = world();
    let refused: unknown = null;
    for (let n = 0; n < 100 && refused === null; n += 1) {
      const answer = follow({ afterSeq: 0 }, ASHA);
      if ('ok' in answer) refused = answer;
      else await answer.next();
    }
    expect(refused).toMatchObject({ ok: false, refusal: { reason: 'too-many-followers' } });
  });

  it('leaves out what the follower may not see, and goes on after it', async () => {
    const { follow, add } = world();
    add({ kind: 'mode-changed', v: 1, from: 'SUSPECT', to: 'EMERGENCY', by: ['asha'], why: 'OMS silent' });
    add(started);
    const kinds = async (by: string) => {
      const batch = (await stream(follow({ afterSeq: 0 }, { ...ASHA, by })).next()).value;
      return [batch?.throughSeq, batch?.entries.map(({ fact }) => fact.kind)];
    };
    expect(await kinds('asha')).toEqual([2, ['mode-changed', 'desk-started']]);
    expect(await kinds('ravi')).toEqual([2, ['desk-started']]);
  });
});
