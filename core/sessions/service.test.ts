import { describe, expect, it } from 'vitest';
import { BREAK_GLASS_LIFE_MS, SESSIONS_MAX } from './domain.ts';
import { caller, CONFIG, cookie, MINUTE, onScreen, ORIGIN, stageOf, told, word } from './service-stage.ts';

describe('the secret of a screen', () => {
  it('attack: session fixation: two openings never give the same, and one that a client chose is nobody’s', async () => {
    const stage = stageOf();
    const chosen = 'A'.repeat(43);
    expect(await cookie(stage, chosen)).toBe('no-session');
    const [one, two] = [await onScreen(stage), await onScreen(stage)];
    expect(new Set([one.secret, two.secret, chosen, one.session.id, two.session.id]).size).toBe(5);
    expect(one.secret).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(await cookie(stage, chosen)).toBe('no-session');
    expect([await cookie(stage, one.secret), await cookie(stage, two.secret)]).toEqual(['ok', 'ok']);
  });

  it('attack: neither the public id, nor the kept hash, nor a part opens anything', async () => {
    const stage = stageOf();
    const { session, secret } = await onScreen(stage);
    const hashes = stage.journal.reader
      .all('SELECT hash FROM session_secrets')
      .map((row) => String(row['hash']));
    expect(hashes.length).toBe(1);
    for (const guess of [session.id, ...hashes, secret.slice(1), `${secret}A`, '', ' '.repeat(43)])
      expect(await cookie(stage, guess)).toBe('no-session');
  });

  it('is in no fact and in no table (I11)', async () => {
    const stage = stageOf();
    const { secret } = await onScreen(stage);
    const opened = await stage.service.port.open('asha', ORIGIN, 'token');
    const refresh = opened.ok ? (opened.value.tokens?.refreshToken ?? '') : '';
    const kept = JSON.stringify([
      stage.journal.reader.all('SELECT * FROM log').map((row) => String(row['body'])),
      stage.journal.reader.all('SELECT * FROM session_secrets'),
    ]);
    expect(refresh.length).toBe(43);
    expect(kept).toContain('session-opened');
    expect([kept.includes(secret), kept.includes(refresh)]).toEqual([false, false]);
  });
});

describe('a session ends', () => {
  it('at its absolute end, whatever happens in it, and the fact follows at the next tick', async () => {
    const stage = stageOf();
    const { session, secret } = await onScreen(stage);
    const { port, tick } = stage.service;
    for (let passed = 0; passed < CONFIG.sessionLifeMs - MINUTE; passed += MINUTE) {
      stage.nowMs += MINUTE;
      port.touch(session.id);
    }
    stage.nowMs = session.expiresAtMs - 1;
    expect(await cookie(stage, secret)).toBe('ok');
    stage.nowMs += 1;
    expect(await cookie(stage, secret)).toBe('session-expired');
    expect([word(port.lock(session.id, 'asked')), word(port.unlock(session.id)), port.live()]).toEqual([
      'session-expired',
      'session-expired',
      [],
    ]);
    expect(told(stage)).toEqual(['session-opened']);
    tick();
    tick();
    expect(told(stage)).toEqual(['session-opened', 'session-ended expired']);
    expect(await cookie(stage, secret)).toBe('no-session');
  });

  it('after one hour when an envelope was opened for it', async () => {
    const stage = stageOf();
    const { session } = await onScreen(stage, 'break-glass');
    expect(session.expiresAtMs - stage.nowMs).toBe(BREAK_GLASS_LIFE_MS);
  });

  it('when the person opens one more than they may have: the oldest', async () => {
    const stage = stageOf();
    const secrets: string[] = [];
    for (let n = 0; n < CONFIG.sessionsPerUser + 1; n += 1) secrets.push((await onScreen(stage)).secret);
    const other = await onScreen(stage, 'ravi');
    const got: string[] = [];
    for (const secret of [...secrets, other.secret]) got.push(await cookie(stage, secret));
    expect(got).toEqual(['no-session', 'ok', 'ok', 'ok', 'ok']);
    expect(told(stage).filter((one) => one !== 'session-opened')).toEqual(['session-ended newer-session']);
  });

  it('and takes its rows with it in the same commit', async () => {
    const stage = stageOf();
    const { session } = await onScreen(stage);
    await onScreen(stage, 'ravi');
    stage.service.port.end(session.id, 'revoked', 'head');
    expect(stage.journal.reader.all('SELECT session FROM session_secrets').length).toBe(1);
    expect(word(stage.service.port.end(session.id, 'revoked', 'head'))).toBe('unknown-session');
  });

  it('all of a person’s at once, and nobody else’s', async () => {
    const stage = stageOf();
    await onScreen(stage);
    const { secret } = await onScreen(stage);
    const other = await onScreen(stage, 'ravi');
    expect(stage.service.port.endAllOf('asha', 'user-disabled', 'head')).toBe(2);
    expect([await cookie(stage, secret), await cookie(stage, other.secret)]).toEqual(['no-session', 'ok']);
    expect(stage.service.port.endAllOf('asha', 'user-disabled', 'head')).toBe(0);
  });

  it('not when the journal can not say so: the refusal is named', async () => {
    const stage = stageOf();
    const { session, secret } = await onScreen(stage);
    stage.full = true;
    expect(word(stage.service.port.end(session.id, 'revoked', 'head'))).toBe('journal-not-writable');
    expect(stage.service.port.endAllOf('asha', 'revoked', 'head')).toBe(0);
    expect(word(await stage.service.port.open('asha', ORIGIN, 'session'))).toBe('journal-not-writable');
    expect(await cookie(stage, secret)).toBe('ok');
  });
});

describe('the whole desk', () => {
  it('has at most 64; a person’s own newest still gets in, and expired ones make room', async () => {
    const stage = stageOf();
    for (let n = 0; n < SESSIONS_MAX - CONFIG.sessionsPerUser; n += 1) await onScreen(stage, `user-${n}`);
    for (let n = 0; n < CONFIG.sessionsPerUser; n += 1) await onScreen(stage, 'asha');
    expect(word(await stage.service.port.open('late', ORIGIN, 'session'))).toBe('too-many-sessions');
    expect(word(await stage.service.port.open('asha', ORIGIN, 'session'))).toBe('ok');
    expect(stage.service.port.live().length).toBe(SESSIONS_MAX);
    stage.nowMs += CONFIG.sessionLifeMs;
    expect(word(await stage.service.port.open('late', ORIGIN, 'session'))).toBe('ok');
    expect(stage.service.port.live().length).toBe(1);
  });
});

describe('the idle lock', () => {
  it('comes at the tick after the idle time, and is a fact', async () => {
    const stage = stageOf();
    const { secret } = await onScreen(stage);
    stage.nowMs += CONFIG.idleLockMs;
    stage.service.tick();
    expect(await cookie(stage, secret)).toBe('ok');
    stage.nowMs += 1;
    stage.service.tick();
    stage.service.tick();
    expect(told(stage)).toEqual(['session-opened', 'session-locked idle']);
    expect(await cookie(stage, secret)).toBe('locked');
  });

  it('does not wait for a tick: the first call that comes finds it locked, also when the journal is full', async () => {
    for (const full of [false, true]) {
      const stage = stageOf();
      const { session, secret } = await onScreen(stage);
      stage.nowMs += CONFIG.idleLockMs + 1;
      stage.full = full;
      stage.service.port.touch(session.id);
      expect([await cookie(stage, secret), await cookie(stage, secret)]).toEqual(['locked', 'locked']);
      expect(told(stage)).toEqual(full ? ['session-opened'] : ['session-opened', 'session-locked idle']);
    }
  });

  it('counts from the last touch; a screen that only reads does not count', async () => {
    const stage = stageOf();
    const { session, secret } = await onScreen(stage);
    stage.nowMs += CONFIG.idleLockMs;
    stage.service.port.touch(session.id);
    stage.nowMs += CONFIG.idleLockMs;
    expect(await cookie(stage, secret)).toBe('ok');
    stage.nowMs += 1;
    expect(await cookie(stage, secret)).toBe('locked');
  });

  it('is opened by unlock only, once, and counts anew from there', async () => {
    const stage = stageOf();
    const { session, secret } = await onScreen(stage);
    const { port } = stage.service;
    expect(word(port.lock(session.id, 'asked'))).toBe('ok');
    expect(word(port.lock(session.id, 'asked'))).toBe('ok');
    stage.nowMs += CONFIG.idleLockMs * 2;
    port.touch(session.id);
    expect(await cookie(stage, secret)).toBe('locked');
    expect([word(port.unlock(session.id)), word(port.unlock(session.id))]).toEqual(['ok', 'ok']);
    expect(await cookie(stage, secret)).toBe('ok');
    expect(told(stage)).toEqual(['session-opened', 'session-locked asked', 'session-unlocked']);
  });

  it('does not stretch when the clock goes back', async () => {
    const stage = stageOf();
    const { secret } = await onScreen(stage);
    stage.nowMs -= 3 * 60 * MINUTE;
    stage.service.tick();
    stage.nowMs += CONFIG.idleLockMs + 1;
    expect(await cookie(stage, secret)).toBe('locked');
  });
});

describe('calls about sessions', () => {
  it('who: the person, the session and its times', async () => {
    const stage = stageOf();
    const { session } = await onScreen(stage);
    const { handlers } = stage.service;
    expect(handlers.who({}, caller('asha', 'dealer', session))).toEqual({
      ok: true,
      value: {
        by: 'asha',
        name: 'Name of asha',
        role: 'dealer',
        branch: 'B1',
        session: session.id,
        openedAtMs: session.openedAtMs,
        expiresAtMs: session.expiresAtMs,
        locked: false,
        idleLockMs: CONFIG.idleLockMs,
      },
    });
    const key = { id: 'k1', name: 'prices', user: 'asha', calls: [], expiresAtMs: 7, algoId: null };
    const robot = { by: 'key:k1', role: 'key' as const, user: null, session: null, key };
    expect(handlers.who({}, { by: 'key:k1', actor: robot })).toMatchObject({
      value: { by: 'key:k1', name: 'prices', role: 'key', session: '', expiresAtMs: 7 },
    });
  });

  it('touch, lock and end work on the session that asks; end takes it from the wire', async () => {
    const stage = stageOf();
    const { session, secret } = await onScreen(stage);
    const me = caller('asha', 'dealer', session);
    const { handlers } = stage.service;
    stage.nowMs += CONFIG.idleLockMs;
    expect(handlers.touch({}, me)).toBe(null);
    stage.nowMs += 1;
    expect(await cookie(stage, secret)).toBe('ok');
    expect(word(handlers.lock({}, me))).toBe('ok');
    expect(await cookie(stage, secret)).toBe('locked');
    expect(handlers.end({}, me)).toEqual({ ok: true, value: { ended: true } });
    expect(me.carried).toEqual([null]);
    expect(await cookie(stage, secret)).toBe('no-session');
    expect(told(stage).at(-1)).toBe('session-ended signed-out');
    expect(handlers.end({}, caller('asha', 'dealer', null))).toEqual({ ok: true, value: { ended: false } });
  });

  it('list: an admin sees all, others their own', async () => {
    const stage = stageOf();
    const mine = await onScreen(stage, 'asha');
    await onScreen(stage, 'ravi');
    const { handlers } = stage.service;
    const seenBy = (me: ReturnType<typeof caller>): string[] =>
      handlers.list({}, me).sessions.map(({ user, own }) => `${user} ${own ? 'own' : ''}`.trim());
    expect(seenBy(caller('asha', 'dealer', mine.session))).toEqual(['asha own']);
    expect(seenBy(caller('head', 'admin', null))).toEqual(['asha', 'ravi']);
    expect(seenBy(caller('other', 'branch', null))).toEqual([]);
  });

  it.each([
    ['asha', 'dealer', 'ok'],
    ['head', 'admin', 'ok'],
    ['ravi', 'dealer', 'unknown-session'],
    ['meera', 'branch', 'unknown-session'],
  ] as const)('revoke by %s (%s): %s', async (user, role, wanted) => {
    const stage = stageOf();
    const { session, secret } = await onScreen(stage, 'asha');
    const { handlers } = stage.service;
    expect(word(handlers.revoke({ session: session.id }, caller(user, role, null)))).toBe(wanted);
    expect(await cookie(stage, secret)).toBe(wanted === 'ok' ? 'no-session' : 'ok');
    const again = await onScreen(stage, 'asha');
    expect(word(handlers.revokeAll({ user: 'asha' }, caller(user, role, null)))).toBe(wanted);
    expect(await cookie(stage, again.secret)).toBe(wanted === 'ok' ? 'no-session' : 'ok');
  });

  it('revoke: one that is not there is refused by name; the asker’s own goes from the wire', async () => {
    const stage = stageOf();
    const { session } = await onScreen(stage);
    const me = caller('asha', 'dealer', session);
    const { handlers } = stage.service;
    expect(word(handlers.revoke({ session: 'never' }, me))).toBe('unknown-session');
    expect(handlers.revokeAll({ user: 'asha' }, me)).toEqual({ ok: true, value: { ended: 1 } });
    expect(me.carried).toEqual([null]);
  });

  it('revokeAll says so when the journal can not take it', async () => {
    const stage = stageOf();
    await onScreen(stage);
    stage.full = true;
    expect(word(stage.service.handlers.revokeAll({ user: 'asha' }, caller('head', 'admin', null)))).toBe(
      'journal-not-writable',
    );
  });
});
