import { describe, expect, it } from 'vitest';
import { bearer, byTokens, MINUTE, ORIGIN, stageOf, told, word } from './service-stage.ts';
import { USED_KEPT_MAX } from './store.ts';

describe('a refresh token', () => {
  it('works once, and gives the next', async () => {
    const stage = stageOf();
    const { tokens } = await byTokens(stage);
    let last = tokens.refreshToken;
    for (let n = 0; n < 5; n += 1) {
      stage.nowMs += 9 * MINUTE;
      const next = await stage.service.port.refresh(last, ORIGIN);
      if (!next.ok) throw new Error(next.refusal.reason);
      expect(await bearer(stage, next.value.accessToken)).toBe('ok');
      expect(next.value.refreshToken).not.toBe(last);
      last = next.value.refreshToken;
    }
    expect(told(stage)).toEqual(['session-opened']);
  });

  it('attack: replayed: the session ends, for the thief and for the owner, and it is journalled', async () => {
    const stage = stageOf();
    const { tokens } = await byTokens(stage);
    const next = await stage.service.port.refresh(tokens.refreshToken, ORIGIN);
    if (!next.ok) throw new Error(next.refusal.reason);
    const thief = { wire: 'http', address: '10.9.9.9' } as const;
    expect(word(await stage.service.port.refresh(tokens.refreshToken, thief))).toBe('refresh-reused');
    expect(await bearer(stage, next.value.accessToken)).toBe('session-ended');
    expect(word(await stage.service.port.refresh(next.value.refreshToken, ORIGIN))).toBe('token-invalid');
    expect(told(stage)).toEqual(['session-opened', 'session-ended refresh-reused', 'call-refused']);
    expect(stage.journal.read(0, 100).at(-1)?.fact).toMatchObject({
      call: 'auth.refresh',
      by: 'asha',
      address: '10.9.9.9',
      reason: 'refresh-reused',
    });
  });

  it('of two uses at the same moment one wins, and the session is over', async () => {
    const stage = stageOf();
    const { tokens } = await byTokens(stage);
    const { port } = stage.service;
    const both = await Promise.all([
      port.refresh(tokens.refreshToken, ORIGIN),
      port.refresh(tokens.refreshToken, ORIGIN),
    ]);
    expect(both.map(word)).toEqual(['ok', 'refresh-reused']);
    const [won] = both;
    expect(await bearer(stage, won?.ok === true ? won.value.accessToken : '')).toBe('session-ended');
  });

  it('does not work past the session’s end, nor when the journal takes nothing, and is not lost by that', async () => {
    const stage = stageOf();
    const { session, tokens } = await byTokens(stage);
    stage.full = true;
    expect(word(await stage.service.port.refresh(tokens.refreshToken, ORIGIN))).toBe('journal-not-writable');
    stage.full = false;
    const next = await stage.service.port.refresh(tokens.refreshToken, ORIGIN);
    stage.nowMs = session.expiresAtMs;
    const last = next.ok ? next.value.refreshToken : '';
    expect(word(await stage.service.port.refresh(last, ORIGIN))).toBe('session-expired');
  });

  it('is remembered when used, 200 of a session; reaching that is a fact', async () => {
    const stage = stageOf();
    const { tokens } = await byTokens(stage);
    const used: string[] = [];
    let last = tokens.refreshToken;
    for (let n = 0; n < USED_KEPT_MAX + 3; n += 1) {
      stage.nowMs += 1_000;
      used.push(last);
      const next = await stage.service.port.refresh(last, ORIGIN);
      if (!next.ok) throw new Error(next.refusal.reason);
      last = next.value.refreshToken;
    }
    expect(stage.journal.reader.get('SELECT count(*) AS n FROM session_secrets')?.['n']).toBe(
      USED_KEPT_MAX + 1,
    );
    expect(told(stage)).toEqual(['session-opened', 'bound-reached']);
    expect(word(await stage.service.port.refresh(used[2] ?? '', ORIGIN))).toBe('token-invalid');
    expect(word(await stage.service.port.refresh(used[3] ?? '', ORIGIN))).toBe('refresh-reused');
  });
});
