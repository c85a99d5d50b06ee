import { randomBytes } from 'node:crypto';
import { hash, parseOptions } from '@node-rs/argon2';
import { describe, expect, it } from 'vitest';
import { HASHES_WAITING_MAX, HASH_PARAMETERS, createHasher } from './service-hash.ts';
import { done, why } from '#tests/auth-desk.ts';

describe('hashes of passwords', () => {
  it('are argon2id with the parameters beside them', async () => {
    const hasher = createHasher(randomBytes);
    const phc = done(await hasher.hash('monsoon kettle'));
    expect(phc).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(parseOptions(phc)).toMatchObject(HASH_PARAMETERS);
    expect(done(await hasher.verify(phc, 'monsoon kettle'))).toBe(true);
    expect(done(await hasher.verify(phc, 'monsoon kettles'))).toBe(false);
    expect(phc).not.toBe(done(await hasher.hash('monsoon kettle')));
  });

  it('are of the normalised text', async () => {
    const hasher = createHasher(randomBytes);
    expect(done(await hasher.verify(done(await hasher.hash('ﬁne é')), 'fine e\u0301'))).toBe(true);
  });

  it.each([
    ['less memory', { memoryCost: 9_728 }, true],
    ['fewer passes', { timeCost: 1 }, true],
    ['argon2i', { algorithm: 1 }, true],
    ['today’s', {}, false],
    ['more memory', { memoryCost: 32_768 }, false],
  ] as const)('with %s: weak is told from good', async (_what, other, weak) => {
    const phc = await hash('x', { ...HASH_PARAMETERS, algorithm: 2, ...other });
    expect(createHasher(randomBytes).isWeak(phc)).toBe(weak);
  });

  it('are made one at a time, the others wait, and no more than so many', async () => {
    const hasher = createHasher(randomBytes);
    const tries = Array.from({ length: HASHES_WAITING_MAX + 1 + 5 }, () => hasher.verify(null, 'x'));
    const answers = (await Promise.all(tries)).map(why);
    expect(answers.filter((answer) => answer === 'done')).toHaveLength(HASHES_WAITING_MAX + 1);
    expect(answers.slice(-5)).toEqual(Array(5).fill('busy'));
    expect(why(await hasher.verify(null, 'x'))).toBe('done');
  });

  it('rest after each for twice as long as it took', async () => {
    let nowMs = 0;
    const rests: { readonly ms: number; readonly over: () => void }[] = [];
    let stopped = 0;
    const hasher = createHasher(randomBytes, {
      monotonicMs: () => (nowMs += 17),
      every: (ms, over) => {
        rests.push({ ms, over });
        return () => void (stopped += 1);
      },
    });
    const first = hasher.verify(null, 'x');
    const second = hasher.verify(null, 'x');
    expect(why(await first)).toBe('done');
    expect(rests).toMatchObject([{ ms: 34 }]);
    // The second one has not begun: it would have asked for the time.
    await new Promise((resolve) => setImmediate(resolve));
    expect(nowMs).toBe(34);
    rests[0]?.over();
    expect(why(await second)).toBe('done');
    expect({ rests: rests.length, stopped }).toEqual({ rests: 2, stopped: 1 });
  });

  it('are as much work for nobody as for somebody', async () => {
    const hasher = createHasher(randomBytes);
    const phc = done(await hasher.hash('monsoon kettle'));
    const timed = async (whose: string | null): Promise<number> => {
      const times: number[] = [];
      for (let n = 0; n < 7; n += 1) {
        const start = process.hrtime.bigint();
        expect(done(await hasher.verify(whose, 'wrong'))).toBe(false);
        times.push(Number(process.hrtime.bigint() - start));
      }
      return Math.min(...times);
    };
    // Wide, because other work runs beside this: without the work it would be a thousandth.
    const ratio = (await timed(null)) / (await timed(phc));
    expect(ratio).toBeGreaterThan(0.03);
    expect(ratio).toBeLessThan(30);
  });
});
