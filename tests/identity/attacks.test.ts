import { createHmac, createPrivateKey, createPublicKey } from 'node:crypto';
import { SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TOKEN_KEY } from '#core/app-secrets.ts';
import { send } from '#tests/web-desk.ts';
import { freshAddress, outcome, strangerAt, turnedAway, attempted, type Attack } from './attack.ts';
import { withStaff, type Person } from './people.ts';
import { ofKind, openStage, type Stage } from './stage.ts';
import { cookieIn, overHttp, type Hands } from './wires.ts';

const MINUTE_MS = 60_000;
let stage: Stage;
let staff: Awaited<ReturnType<typeof withStaff<'asha' | 'kiran'>>>;
beforeAll(async () => {
  stage = await openStage();
  staff = await withStaff(stage, ['asha', 'kiran']);
  for (const person of [staff.asha, staff.kiran]) await person.atWindow();
});
afterAll(() => stage.close());

const stranger = () => strangerAt(stage);
const bearing = (accessToken: string) => overHttp(stage, { accessToken }, 'api', freshAddress());
const ask = (accessToken: string): Promise<string> => outcome(bearing(accessToken).positions.list({}));

async function tokensOf(person: Person, at = stage) {
  const { tokens } = await person.enter(overHttp(at, {}, 'api'), 'tokens');
  if (tokens === null) throw new Error('tokens were asked for');
  return tokens;
}

const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const claimsOf = (token: string) =>
  JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Record<string, unknown>;

/** The desk's own signing key: whoever has it can do all this; here it makes what is wrong in one point only. */
async function ownKey() {
  const seed = (await stage.host.secrets.get(TOKEN_KEY)) ?? new Uint8Array();
  const der = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed]);
  return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
}

const TOKENS: readonly Attack[] = [
  {
    what: 'a token of another desk',
    tries: async () => {
      const other = await openStage({ desk: 'OTHER' });
      try {
        const { ravi } = await withStaff(other, []);
        return [await ask((await tokensOf(ravi, other)).accessToken)];
      } finally {
        await other.close();
      }
    },
    refused: ['token-of-another-desk'],
    facts: [turnedAway('positions.list', 'token-of-another-desk')],
  },
  {
    what: 'a token by this desk’s own key for another desk',
    tries: async () => {
      const { accessToken } = await tokensOf(staff.asha);
      const sign = new SignJWT({ ...claimsOf(accessToken), aud: 'OTHER' });
      return [await ask(await sign.setProtectedHeader({ alg: 'EdDSA', typ: 'JWT' }).sign(await ownKey()))];
    },
    refused: ['token-of-another-desk'],
    facts: [turnedAway('positions.list', 'token-of-another-desk')],
  },
  {
    what: 'a token that needs no signature',
    tries: async () => {
      const claims = part(claimsOf((await tokensOf(staff.asha)).accessToken));
      const algorithms = ['none', 'None', 'NONE', ''];
      return Promise.all(algorithms.map((alg) => ask(`${part({ alg, typ: 'JWT' })}.${claims}.`)));
    },
    refused: ['token-invalid', 'token-invalid', 'token-invalid', 'token-invalid'],
    facts: [turnedAway('positions.list', 'token-invalid')],
  },
  {
    what: 'a token signed by the public key as if it were a secret',
    tries: async () => {
      const head = part({ alg: 'HS256', typ: 'JWT' });
      const text = `${head}.${part(claimsOf((await tokensOf(staff.asha)).accessToken))}`;
      const key = createPublicKey(await ownKey());
      const spki = key.export({ type: 'spki', format: 'der' });
      const secrets = [spki, spki.subarray(-32), key.export({ type: 'spki', format: 'pem' })];
      return Promise.all(
        secrets.map((secret) =>
          ask(`${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`),
        ),
      );
    },
    refused: ['token-invalid', 'token-invalid', 'token-invalid'],
    facts: [turnedAway('positions.list', 'token-invalid')],
  },
  {
    what: 'a token in which the person was changed',
    tries: async () => {
      const [head, , signature] = (await tokensOf(staff.asha)).accessToken.split('.');
      const [, claims] = (await tokensOf(staff.kiran)).accessToken.split('.');
      return [await ask(`${head}.${claims}.${signature}`)];
    },
    refused: ['token-invalid'],
    facts: [turnedAway('positions.list', 'token-invalid')],
  },
  {
    what: 'a token past its ten minutes',
    tries: async () => {
      const { accessToken } = await tokensOf(staff.asha);
      stage.pass(10 * MINUTE_MS);
      return [await ask(accessToken)];
    },
    refused: ['token-expired'],
    facts: [turnedAway('positions.list', 'token-expired')],
  },
  {
    what: 'one kind of credential in the place of another',
    tries: async () => {
      const { accessToken, refreshToken } = await tokensOf(staff.asha);
      const hands: Hands = {};
      await staff.asha.enter(overHttp(stage, hands));
      const [name, secret = ''] = (hands.cookie ?? '').split('=');
      const asCookie = (value: string) => overHttp(stage, { cookie: `${name}=${value}` }).positions.list({});
      return [
        await ask(refreshToken),
        await ask(secret),
        await outcome(asCookie(accessToken)),
        await outcome(asCookie(refreshToken)),
        await outcome(stranger().auth.refresh({ refreshToken: secret })),
      ];
    },
    refused: ['token-invalid', 'token-invalid', 'no-session', 'no-session', 'token-invalid'],
    facts: [turnedAway('positions.list', 'no-session'), turnedAway('auth.refresh', 'token-invalid')],
  },
  {
    what: 'a refresh token that was used',
    tries: async () => {
      const { refreshToken } = await tokensOf(staff.asha);
      const next = await stranger().auth.refresh({ refreshToken });
      return [
        await ask(next.accessToken),
        await outcome(stranger().auth.refresh({ refreshToken })),
        await ask(next.accessToken),
        await outcome(stranger().auth.refresh({ refreshToken: next.refreshToken })),
      ];
    },
    refused: ['done', 'refresh-reused', 'session-ended', 'token-invalid'],
    facts: [
      { kind: 'session-ended', user: 'asha', why: 'refresh-reused', by: 'desk' },
      turnedAway('auth.refresh', 'refresh-reused', 'asha'),
      turnedAway('positions.list', 'session-ended'),
    ],
  },
];

const CODES: readonly Attack[] = [
  {
    what: 'a code that was used, read over a shoulder',
    tries: async () => {
      const { user, password } = staff.asha;
      const mine = stranger();
      const theirs = stranger();
      const first = await mine.auth.signIn({ user, password });
      const second = await theirs.auth.signIn({ user, password });
      const code = staff.asha.code();
      return [
        await outcome(mine.auth.secondFactor({ ticket: first.ticket, code })),
        // The right sign-in ended the other one that was half done.
        await outcome(theirs.auth.secondFactor({ ticket: second.ticket, code })),
        await outcome(staff.asha.with(theirs, code)),
      ];
    },
    refused: ['done', 'ticket-expired', 'code-used'],
    facts: [
      turnedAway('auth.secondFactor', 'ticket-expired'),
      { kind: 'sign-in-refused', user: 'asha', reason: 'code-used' },
    ],
  },
  {
    what: 'a code that was used, after a restart of the desk',
    tries: async () => {
      const answers = [await outcome(staff.asha.enter(stranger()))];
      await stage.restart();
      return [...answers, await outcome(staff.asha.with(stranger(), staff.asha.lastCode()))];
    },
    refused: ['done', 'code-used'],
    facts: [{ kind: 'sign-in-refused', user: 'asha', reason: 'code-used' }],
  },
  {
    what: 'a code of a minute ago that nobody used',
    tries: async () => {
      const code = staff.asha.code();
      stage.pass(2 * 30_000);
      return [await outcome(staff.asha.with(stranger(), code))];
    },
    refused: ['not-let-in'],
    facts: [{ kind: 'sign-in-refused', user: 'asha', reason: 'wrong-code' }],
  },
  {
    what: 'a sign-in that is half done, taken on at another place',
    tries: async () => {
      const { user, password } = staff.asha;
      const { ticket } = await stranger().auth.signIn({ user, password });
      return [await outcome(stranger().auth.secondFactor({ ticket, code: staff.asha.code() }))];
    },
    refused: ['ticket-expired'],
    facts: [turnedAway('auth.secondFactor', 'ticket-expired')],
  },
  {
    what: 'enrolling a second authenticator over the one in force',
    tries: async () => {
      const { user, password } = staff.asha;
      const thief = stranger();
      const { ticket, step } = await thief.auth.signIn({ user, password });
      return [step, await outcome(thief.auth.enrol({ ticket }))];
    },
    refused: ['second-factor', 'ticket-expired'],
    facts: [turnedAway('auth.enrol', 'ticket-expired')],
  },
  {
    what: 'the code of the first run, guessed after it',
    tries: async () => {
      const asked = { setupCode: 'abcde-fghjk', user: 'mallory', name: 'M', password: staff.asha.password };
      return [await outcome(stranger().auth.firstRun(asked))];
    },
    refused: ['not-first-run'],
    facts: [turnedAway('auth.firstRun', 'not-first-run')],
  },
];

describe('tokens', () => {
  it.each(TOKENS)('$what', async (attack) => {
    expect(await attempted(stage, attack)).toEqual({ refused: attack.refused, missing: [] });
  });
});

describe('codes and half-done sign-ins', () => {
  it.each(CODES)('$what', async (attack) => {
    expect(await attempted(stage, attack)).toEqual({ refused: attack.refused, missing: [] });
  });
});

describe('fixing a session beforehand', () => {
  it('gives a fresh secret at each sign-in, whatever the client brings', async () => {
    const chosen = 'A'.repeat(43);
    const name = `lifeboat_session_${stage.port}`;
    const { user, password } = staff.asha;
    const signIn = async (cookie: string): Promise<string> => {
      const headers = { cookie, origin: stage.url };
      const from = '127.0.0.7';
      const first = await send(stage.port, '/api/auth/signIn', { headers, from, body: { user, password } });
      const { ticket } = first.body as { ticket: string };
      const body = { ticket, code: staff.asha.code(), secret: chosen, session: chosen };
      const second = await send(stage.port, '/api/auth/secondFactor', { headers, from, body });
      return cookieIn(second) ?? '';
    };
    const seq = await stage.head();
    const victims = await signIn(`${name}=${chosen}`);
    expect(victims).toMatch(new RegExp(`^${name}=[A-Za-z0-9_-]{43}$`));
    expect(victims).not.toContain(chosen);
    const again = await signIn(victims);
    expect(again).not.toBe(victims);
    const planted = overHttp(stage, { cookie: `${name}=${chosen}` });
    expect(await outcome(planted.positions.list({}))).toBe('no-session');
    expect(ofKind(await stage.factsSince(seq), 'call-refused')).toMatchObject([
      turnedAway('positions.list', 'no-session'),
    ]);
  });
});
