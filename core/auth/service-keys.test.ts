import { describe, expect, it } from 'vitest';
import { scratchFolder } from '#core/journal/stage-folder.ts';
import { LIVE_KEYS_MAX } from './domain-key.ts';
import {
  PASSWORD,
  done,
  enrolled,
  factsOf,
  openAuthDesk,
  personAt,
  wireAt,
  why,
  withAdmin,
  withDealer,
} from '#tests/auth-desk.ts';

const READING = { name: 'monitor', calls: ['positions.list'], days: 30, algoId: null };
const DAY_MS = 86_400_000;

/** `ravi` and `asha` at their screens. */
async function desk() {
  const one = openAuthDesk(scratchFolder().path);
  const ravi = personAt(one, (await withAdmin(one)).wire);
  await withDealer(one);
  const { ticket } = done(await one.auth.handlers.signIn({ user: 'asha', password: PASSWORD }, wireAt()));
  const asha = personAt(one, (await enrolled(one, ticket)).wire);
  return { one, ravi, asha, keys: one.auth.handlers.keys, port: one.auth.port };
}

describe('an API key', () => {
  it('is shown once, kept as a hash, and answers for its person and its calls', async () => {
    const { one, asha, keys, port } = await desk();
    const { id, key, expiresAtMs } = done(keys.make(READING, asha));
    expect(key).toMatch(/^lb_[0-9a-z]{8}_[A-Za-z0-9_-]{43}$/);
    expect(expiresAtMs).toBe(one.clock.nowMs + 30 * DAY_MS);
    const { name, calls, algoId } = READING;
    expect(done(port.key(key))).toEqual({ id, name, user: 'asha', calls, expiresAtMs, algoId });
    const rows = JSON.stringify([
      one.journal.read(0, 1_000),
      one.journal.reader.all('SELECT * FROM auth_keys'),
    ]);
    expect(rows).not.toContain(key.slice(12));
    one.journal.close();
  });

  it.each([
    ['a changed letter', (key: string) => `${key.slice(0, -1)}${key.endsWith('A') ? 'B' : 'A'}`],
    ['another id', (key: string) => key.replace(/^lb_......../, 'lb_00000000')],
    ['nothing', () => ''],
    ['something long', () => 'lb_'.repeat(10_000)],
  ])('is unknown with %s', async (_what, change) => {
    const { one, asha, keys, port } = await desk();
    const { key } = done(keys.make(READING, asha));
    expect(why(port.key(change(key)))).toBe('key-unknown');
    one.journal.close();
  });

  it('ends with its days, its revocation and its person', async () => {
    const { one, ravi, asha, keys, port } = await desk();
    const [first, second, third] = [1, 2, 3].map(() => done(keys.make(READING, asha)));
    expect(done(keys.revoke({ id: first?.id ?? '' }, asha))).toEqual({ revoked: true });
    expect(done(keys.revoke({ id: first?.id ?? '' }, asha))).toEqual({ revoked: false });
    expect(why(port.key(first?.key ?? ''))).toBe('key-unknown');
    one.users.handlers.disable({ user: 'asha', why: 'on leave' }, ravi);
    expect(why(port.key(second?.key ?? ''))).toBe('key-unknown');
    one.users.handlers.enable({ user: 'asha', why: 'is back' }, ravi);
    expect(why(port.key(second?.key ?? ''))).toBe('done');
    one.clock.nowMs += 30 * DAY_MS;
    expect(why(port.key(third?.key ?? ''))).toBe('key-expired');
    expect(keys.list(null, asha).keys.map(({ state }) => state)).toEqual(['revoked', 'expired', 'expired']);
    one.journal.close();
  });

  it('is seen and revoked by its person and by admins, by no other', async () => {
    const { one, ravi, asha, keys } = await desk();
    const own = done(keys.make(READING, asha));
    const admins = done(keys.make(READING, ravi));
    expect(keys.list(null, asha).keys.map(({ id }) => id)).toEqual([own.id]);
    expect(keys.list(null, ravi).keys.map(({ id }) => id)).toEqual([own.id, admins.id]);
    expect(why(keys.revoke({ id: admins.id }, asha))).toBe('unknown-key');
    expect(why(keys.revoke({ id: own.id }, ravi))).toBe('done');
    one.journal.close();
  });

  it('comes too fast after forty calls at once', async () => {
    const { one, asha, keys, port } = await desk();
    const { key } = done(keys.make(READING, asha));
    const answers = Array.from({ length: 45 }, () => why(port.key(key)));
    expect(answers).toEqual([...Array<string>(40).fill('done'), ...Array<string>(5).fill('key-too-fast')]);
    one.clock.nowMs += 50;
    expect(why(port.key(key))).toBe('done');
    one.journal.close();
  });

  it('notes its last use aside, once a minute, and keeps it over a restart', async () => {
    const { one, asha, keys, port } = await desk();
    const { key } = done(keys.make(READING, asha));
    const written = () => one.journal.reader.get('SELECT used_at_ms FROM auth_keys')?.['used_at_ms'];
    done(port.key(key));
    const head = one.journal.head().seq;
    expect(written()).toBe(null);
    one.auth.tick();
    const firstMs = one.clock.nowMs;
    expect(written()).toBe(firstMs);
    one.clock.nowMs += 59_000;
    done(port.key(key));
    one.auth.tick();
    expect(written()).toBe(firstMs);
    expect(keys.list(null, asha).keys[0]?.lastUsedAtMs).toBe(firstMs + 59_000);
    one.auth.stop();
    expect(one.journal.head().seq).toBe(head);
    const listed = keys.list(null, asha);
    one.journal.close();
    const again = openAuthDesk(one.folder, one.clock);
    expect(again.auth.handlers.keys.list(null, asha)).toEqual(listed);
    expect(done(again.auth.port.key(key)).name).toBe('monitor');
    again.journal.close();
  });

  it.each([
    ['a call that trades, without an algo id', { calls: ['trades.place'] }, 'key-may-not-trade'],
    ['a call that trades, with one', { calls: ['trades.place'], algoId: 'ALGO-7' }, 'done'],
    ['a call that is none', { calls: ['positions.drop'] }, 'unknown-call'],
    ['a call of identity', { calls: ['users.list'] }, 'unknown-call'],
  ])('for %s: %j is %s', async (_what, other, answer) => {
    const { one, asha, keys } = await desk();
    expect(why(keys.make({ ...READING, ...other }, asha))).toBe(answer);
    one.journal.close();
  });

  it('finds no room beside fifty live ones', async () => {
    const { one, asha, keys } = await desk();
    for (let n = 0; n < LIVE_KEYS_MAX; n += 1) done(keys.make({ ...READING, days: n === 0 ? 1 : 30 }, asha));
    expect(why(keys.make(READING, asha))).toBe('too-many-keys');
    one.clock.nowMs += DAY_MS;
    expect(why(keys.make(READING, asha))).toBe('done');
    expect(factsOf(one, 'api-key-made')).toHaveLength(LIVE_KEYS_MAX + 1);
    one.journal.close();
  });
});
