import { describe, expect, it } from 'vitest';
import { deskInMode as desk, ONE_PERSON as dealer, SAID_DEAD as why } from './service-stage.ts';

describe('main that shows life by another way', () => {
  const SIGN = 'drop copy: main’s order 4711 at 14:02:11';
  const scope = { segments: ['NSE:FO'], accounts: [] };
  const TEXT = 'lifeboat scope D1 2026-11-23 ["NSE:FO"] []';

  it('is not declared lost, and the sign is named', () => {
    const { handlers, around, entries } = desk();
    around.signs = [SIGN];
    expect(handlers.get().alive).toEqual([SIGN]);
    const refused = handlers.declareLost({ ...why, scope }, dealer);
    expect(refused).toMatchObject({
      refusal: { reason: 'main-is-alive', text: expect.stringContaining(SIGN) },
    });
    expect(entries).toEqual([]);
    around.signs = [];
    expect(handlers.declareLost({ ...why, scope }, dealer).ok).toBe(true);
  });

  it.each([
    ['a wrong one', 'signed lifeboat scope D2 2026-11-23 ["NSE:FO"] []', 'scope-code-wrong'],
    ['one for everything, for a part', 'signed lifeboat scope D1 2026-11-23 [] []', 'scope-code-wrong'],
    ['yesterday’s', 'signed lifeboat scope D1 2026-11-22 ["NSE:FO"] []', 'scope-code-wrong'],
    ['the right one', `signed ${TEXT}`, 'EMERGENCY'],
  ])('with headquarters’ code, %s: %s', (_what, scopeCode, wanted) => {
    const { handlers, around, entries } = desk();
    around.signs = [SIGN];
    const done = handlers.declareLost({ ...why, scope, scopeCode }, dealer);
    expect(around.asked).toEqual([TEXT]);
    expect(done.ok ? done.value.mode : done.refusal.reason).toBe(wanted);
    const moved = { scope, sign: 'headquarters', by: dealer.persons, why: expect.stringContaining(SIGN) };
    expect(entries.map(({ fact }) => fact)).toMatchObject(done.ok ? [moved] : []);
  });

  it('is no matter for a suspicion, nor before enough persons spoke', () => {
    const { handlers, around, port } = desk({ persons: 2 });
    handlers.declareBack(why, dealer);
    around.signs = [SIGN];
    handlers.declareLost(why, dealer);
    expect(port.view().mode).toBe('SUSPECT');
    expect(handlers.declareLost(why, dealer)).toMatchObject({ refusal: { reason: 'second-person-needed' } });
    expect(handlers.declareLost(why, { persons: ['a', 'b'] })).toMatchObject({
      refusal: { reason: 'main-is-alive' },
    });
  });
});

describe('main whose link beats', () => {
  const ITS_LINK = /^its link is up since .*: main beats$/;

  it('is not declared lost without headquarters’ code, however long ago somebody said so', () => {
    const { handlers, shows, port, silentSince } = desk();
    shows('up', 20);
    handlers.declareLost(why, dealer);
    for (const seconds of [1, 4, 3_600]) {
      shows('up', seconds);
      silentSince.length = 0;
      expect(handlers.declareLost(why, dealer)).toMatchObject({ refusal: { reason: 'main-is-alive' } });
      // Not silent: every new order on drop copy counts, too.
      expect(silentSince).toEqual([null]);
      expect(handlers.get().alive).toEqual([expect.stringMatching(ITS_LINK)]);
    }
    expect(port.view().mode).toBe('SUSPECT');
    const scopeCode = 'signed lifeboat scope D1 2026-11-23 [] []';
    const done = handlers.declareLost({ ...why, scopeCode }, dealer);
    expect(done).toMatchObject({ ok: true, value: { mode: 'EMERGENCY', mainIsBack: true } });
  });

  it('is declared lost as soon as it is silent', () => {
    const { handlers, shows, port } = desk();
    shows('up', 20);
    handlers.declareLost(why, dealer);
    shows('lost', 5);
    expect(handlers.get().alive).toEqual([]);
    handlers.declareLost(why, dealer);
    expect(port.view().mode).toBe('EMERGENCY');
  });

  it('is not lost again in a handback by one word', () => {
    const { handlers, shows, port } = desk();
    handlers.declareLost(why, dealer);
    shows('up', 20);
    handlers.declareBack(why, dealer);
    expect(handlers.declareLost(why, dealer)).toMatchObject({ refusal: { reason: 'main-is-alive' } });
    expect(port.view().mode).toBe('HANDBACK');
  });

  it('speaks for itself where nobody is about to trade', () => {
    const { handlers, shows } = desk();
    shows('up', 20);
    expect(handlers.get()).toMatchObject({ mode: 'STANDBY', alive: [] });
  });
});
