import { describe, expect, it, vi } from 'vitest';
import { scratchFolder } from '#core/journal/stage-folder.ts';
import { done, factsOf, openAuthDesk, personAt, wireAt, why, withAdmin } from '#tests/auth-desk.ts';

const PROOF = { name: 'Meera Iyer', why: 'all admins are cut off' };

describe('the sealed credential', () => {
  it('is one at a time, works once even when two come at once, and raises the alarm', async () => {
    const desk = openAuthDesk(scratchFolder().path);
    const admin = personAt(desk, (await withAdmin(desk)).wire);
    const { sealBreakGlass, breakGlass, state } = desk.auth.handlers;
    expect(why(await breakGlass({ credential: '', ...PROOF }, wireAt()))).toBe('no-break-glass');
    const old = done(sealBreakGlass(null, admin));
    const { credential, id } = done(sealBreakGlass(null, admin));
    expect(credential).toMatch(/^([0-9a-z]{4}-){7}[0-9a-z]{4}$/);
    expect(state().breakGlass).toBe(true);
    expect(why(await breakGlass({ credential: old.credential, ...PROOF }, wireAt()))).toBe('no-break-glass');
    const answers = await Promise.all([1, 2].map(() => breakGlass({ credential, ...PROOF }, wireAt())));
    expect(answers.map(why)).toEqual(['done', 'no-break-glass']);
    expect(desk.sessions.live().filter(({ user }) => user === 'break-glass')).toHaveLength(1);
    expect(factsOf(desk, 'break-glass-used')).toMatchObject([{ id, ...PROOF, address: '10.0.0.7' }]);
    expect(state().breakGlass).toBe(false);
    desk.journal.close();
  });

  it('is not spent by a session that could not be opened, and makes nothing that outlives it', async () => {
    const desk = openAuthDesk(scratchFolder().path);
    const admin = personAt(desk, (await withAdmin(desk)).wire);
    const { sealBreakGlass, breakGlass, keys } = desk.auth.handlers;
    const { credential } = done(sealBreakGlass(null, admin));
    const full = { reason: 'too-many-sessions', text: 'full' } as const;
    const opens = vi.spyOn(desk.sessions, 'open');
    opens.mockResolvedValueOnce({ ok: false, refusal: full });
    expect(why(await breakGlass({ credential, ...PROOF }, wireAt()))).toBe('too-many-sessions');
    const wire = wireAt();
    done(await breakGlass({ credential, ...PROOF }, wire));
    const making = { name: 'k', calls: ['positions.list'], days: 366, algoId: null };
    expect(why(keys.make(making, personAt(desk, wire)))).toBe('unknown-user');
    desk.journal.close();
  });
});
