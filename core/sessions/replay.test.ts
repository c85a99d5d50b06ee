import { describe, expect, it } from 'vitest';
import {
  bearer,
  byTokens,
  CONFIG,
  cookie,
  MINUTE,
  onScreen,
  ORIGIN,
  restart,
  stageOf,
  told,
  word,
} from './service-stage.ts';

describe('after a restart', () => {
  it('every live session is as it was (I7)', async () => {
    const stage = stageOf();
    const { port } = stage.service;
    await onScreen(stage, 'asha');
    stage.nowMs += MINUTE;
    const locked = await onScreen(stage, 'ravi');
    await byTokens(stage, 'meera');
    const gone = await onScreen(stage, 'gone');
    stage.nowMs += MINUTE;
    port.lock(locked.session.id, 'asked');
    port.end(gone.session.id, 'revoked', 'head');
    const unlocked = await onScreen(stage, 'lata');
    port.lock(unlocked.session.id, 'asked');
    stage.nowMs += MINUTE;
    port.unlock(unlocked.session.id);
    const before = port.live();
    expect(before.length).toBe(4);
    restart(stage);
    expect(stage.service.port.live()).toEqual(before);
  });

  it('a cookie and a refresh token still work', async () => {
    const stage = stageOf();
    const { secret } = await onScreen(stage);
    const { tokens } = await byTokens(stage);
    restart(stage);
    expect(await cookie(stage, secret)).toBe('ok');
    expect(await bearer(stage, tokens.accessToken)).toBe('ok');
    const next = await stage.service.port.refresh(tokens.refreshToken, ORIGIN);
    expect(await bearer(stage, next.ok ? next.value.accessToken : '')).toBe('ok');
  });

  it('attack: what was revoked before never works again', async () => {
    const stage = stageOf();
    const screen = await onScreen(stage);
    const client = await byTokens(stage);
    stage.service.port.endAllOf('asha', 'revoked', 'head');
    await onScreen(stage);
    for (let n = 0; n < 2; n += 1) {
      restart(stage);
      expect(await cookie(stage, screen.secret)).toBe('no-session');
      expect(await bearer(stage, client.tokens.accessToken)).toBe('session-ended');
      expect(word(await stage.service.port.refresh(client.tokens.refreshToken, ORIGIN))).toBe(
        'token-invalid',
      );
    }
  });

  it('attack: a refresh token that was used before still ends its session', async () => {
    const stage = stageOf();
    const { tokens } = await byTokens(stage);
    await stage.service.port.refresh(tokens.refreshToken, ORIGIN);
    restart(stage);
    expect(word(await stage.service.port.refresh(tokens.refreshToken, ORIGIN))).toBe('refresh-reused');
    expect(stage.service.port.live()).toEqual([]);
  });

  it('attack: starting the program again does not keep an abandoned screen open', async () => {
    const stage = stageOf();
    const { session, secret } = await onScreen(stage);
    stage.nowMs += CONFIG.idleLockMs;
    stage.service.port.touch(session.id);
    stage.nowMs += MINUTE;
    restart(stage);
    expect(await cookie(stage, secret)).toBe('locked');
    expect(told(stage)).toEqual(['session-opened', 'session-locked idle']);
  });

  it('what ended meanwhile is ended by the start', async () => {
    const stage = stageOf();
    const { session } = await onScreen(stage);
    stage.nowMs = session.expiresAtMs;
    restart(stage);
    expect(told(stage)).toEqual(['session-opened', 'session-ended expired']);
    expect(stage.journal.reader.all('SELECT hash FROM session_secrets')).toEqual([]);
  });

  it('a lock stays', async () => {
    const stage = stageOf();
    const { session, secret } = await onScreen(stage);
    stage.service.port.lock(session.id, 'asked');
    restart(stage);
    expect(await cookie(stage, secret)).toBe('locked');
    expect(word(stage.service.port.unlock(session.id))).toBe('ok');
    expect(await cookie(stage, secret)).toBe('ok');
  });

  it('attack: a new epoch knows no session: a restored copy may have lost a revocation', async () => {
    const stage = stageOf();
    const screen = await onScreen(stage);
    const client = await byTokens(stage);
    stage.journal.append([{ kind: 'epoch-opened', v: 1, why: 'restored-copy', after: null, by: ['a', 'b'] }]);
    expect(await cookie(stage, screen.secret)).toBe('no-session');
    expect(await bearer(stage, client.tokens.accessToken)).toBe('session-ended');
    expect(stage.journal.reader.all('SELECT hash FROM session_secrets')).toEqual([]);
  });

  it('the host’s timer ends and locks, until the program stops it', async () => {
    const stage = stageOf();
    await onScreen(stage);
    const stop = stage.service.start();
    stage.nowMs += CONFIG.idleLockMs + 1;
    stage.timer?.();
    expect(told(stage)).toEqual(['session-opened', 'session-locked idle']);
    stop();
    expect(stage.timer).toBe(null);
  });
});
