import { createHash } from 'node:crypto';
import { ok, refuse } from '#core/lib/result.ts';
import { UNSTATED_PERMISSION } from '#core/lib/procedure.ts';
import type { Session, SessionRefusal, SessionsPort } from './port.ts';
import type { WhoIsSignedIn } from './contract.ts';

const TOKEN_LIFE_MS = 30 * 60_000;
export const SESSION_LIFE_MS = 12 * 3_600_000;
const UNUSED_TOKENS_MAX = 8;
const SESSIONS_MAX = 16;
/** Wrong tokens in one minute before every token is refused for the rest of it. */
export const WRONG_TOKENS_PER_MINUTE = 20;
const MINUTE_MS = 60_000;
const SECRET_BYTES = 32;

export interface SessionsDeps {
  readonly now: () => number;
  readonly randomBytes: (length: number) => Uint8Array;
  /** Name under which the one operator acts. */
  readonly operator: string;
}

/**
 * Until the identity service: one operator. Sessions and tokens live in memory only and are kept by their
 * hash, so that neither a crash dump's neighbour nor the time of a look-up tells a secret.
 */
export function createSessions(deps: SessionsDeps) {
  const tokens = new Map<string, number>();
  const sessions = new Map<string, Session>();
  let wrong = { minute: 0, count: 0 };

  const forgetOld = (): void => {
    const now = deps.now();
    for (const [hash, expiresAtMs] of tokens) if (expiresAtMs <= now) tokens.delete(hash);
    for (const [hash, session] of sessions) if (session.expiresAtMs <= now) sessions.delete(hash);
  };

  const countWrong = (): void => {
    const minute = Math.floor(deps.now() / MINUTE_MS);
    wrong = minute === wrong.minute ? { minute, count: wrong.count + 1 } : { minute, count: 1 };
  };
  const tooManyWrong = (): boolean =>
    wrong.minute === Math.floor(deps.now() / MINUTE_MS) && wrong.count >= WRONG_TOKENS_PER_MINUTE;

  const port: SessionsPort = {
    issueToken() {
      forgetOld();
      if (tokens.size >= UNUSED_TOKENS_MAX) return null;
      const token = secret(deps.randomBytes);
      const expiresAtMs = deps.now() + TOKEN_LIFE_MS;
      tokens.set(hashOf(token), expiresAtMs);
      return { token, expiresAtMs };
    },
    open(token) {
      forgetOld();
      if (tooManyWrong()) return refusal('too-many-attempts', 'Too many wrong tokens; wait a minute.');
      if (!tokens.has(hashOf(token))) {
        countWrong();
        return refusal('token-unknown', 'This token is unknown, used or too old. Start prints a new one.');
      }
      if (sessions.size >= SESSIONS_MAX) {
        return refusal('too-many-sessions', `${SESSIONS_MAX} sessions are open; end one first.`);
      }
      tokens.delete(hashOf(token));
      const openedAtMs = deps.now();
      const id = secret(deps.randomBytes);
      const session = { id, by: deps.operator, openedAtMs, expiresAtMs: openedAtMs + SESSION_LIFE_MS };
      sessions.set(hashOf(id), session);
      return ok(session);
    },
    find(id) {
      const session = sessions.get(hashOf(id));
      return session !== undefined && session.expiresAtMs > deps.now() ? session : null;
    },
    end: (id) => sessions.delete(hashOf(id)),
    // The one operator may all that a contract states; what it forgot to state nobody may.
    permits: (_session, permission) => permission !== UNSTATED_PERMISSION,
  };

  return { port, handlers: handlersOf(port) };
}

function handlersOf(port: SessionsPort) {
  return {
    who: (_input: unknown, context: { readonly session: Session }): WhoIsSignedIn => {
      const { by, openedAtMs, expiresAtMs } = context.session;
      return { by, openedAtMs, expiresAtMs };
    },
    issueToken: () => {
      const issued = port.issueToken();
      return issued === null
        ? refuse({ reason: 'too-many-tokens', text: `${UNUSED_TOKENS_MAX} tokens wait unused.` })
        : ok(issued);
    },
    end: (_input: unknown, context: { readonly session: Session }) => ({
      ended: port.end(context.session.id),
    }),
  };
}

function refusal(reason: SessionRefusal['reason'], text: string) {
  return refuse<SessionRefusal>({ reason, text });
}

function secret(randomBytes: SessionsDeps['randomBytes']): string {
  return Buffer.from(randomBytes(SECRET_BYTES)).toString('base64url');
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
