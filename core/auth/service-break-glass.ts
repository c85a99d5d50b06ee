import type { Fact } from '#core/events.ts';
import { ok, refuse } from '#core/lib/result.ts';
import type { Result } from '#core/lib/result.ts';
import { asSpelled, bytesFor, spelled } from './domain-spelling.ts';
import { BREAK_GLASS_USER, originName } from './domain-state.ts';
import type { AuthRefusal } from './port.ts';
import { proved } from './service-gate.ts';
import type { AuthParts, Person, Stranger } from './service-parts.ts';
import { sameBytes } from './service-seal.ts';
import type { Opening } from './service-ticket.ts';
import { breakGlassOf, dropBreakGlass, putBreakGlass } from './store.ts';

/** 160 bits, to be printed and put in an envelope. */
const CREDENTIAL_LETTERS = 32;
const CREDENTIAL_GROUP = 4;
const ID_LETTERS = 8;

const NO_BREAK_GLASS: AuthRefusal = {
  reason: 'no-break-glass',
  text: 'This is not the sealed credential of this desk, or it was used already.',
};

/** A new sealed credential, shown once; the one before is dead. */
export function sealBreakGlass(
  { deps, seal }: AuthParts,
  { persons }: { readonly persons: readonly string[] },
): Result<{ readonly id: string; readonly credential: string }, AuthRefusal> {
  const letters = (count: number): string =>
    spelled(deps.host.randomBytes(bytesFor(count)), count, CREDENTIAL_GROUP);
  const id = letters(ID_LETTERS);
  const credential = letters(CREDENTIAL_LETTERS);
  const fact: Fact = { kind: 'break-glass-sealed', v: 1, id, by: persons };
  const kept = proved(deps, [fact], (tx) => {
    putBreakGlass(tx, id, seal.mark(`break-glass:${id}`, asSpelled(credential)));
  });
  return kept.ok ? ok({ id, credential }) : kept;
}

/**
 * Opens the envelope: one use, an alarm to every admin, a session with an admin's rights (sessions end it after an
 * hour). It is opened before the credential is spent and handed out after: a refused session must not cost the one
 * way in.
 * Refused: `no-break-glass`, `locked-out`, and what sessions refuse.
 */
export async function breakGlass(
  parts: AuthParts,
  input: { readonly credential: string; readonly name: string; readonly why: string },
  { origin, carry }: Stranger,
): Promise<Opening> {
  const { deps, gate } = parts;
  const tried = { user: null, origin: originName(origin.address) };
  const locked = gate.refusal(tried);
  if (locked !== null) return refuse(locked);
  const id = matching(parts, input.credential);
  if (id === null) return refuse(gate.wrong(tried, 'no-break-glass', NO_BREAK_GLASS));
  const opened = await deps.sessions.open(BREAK_GLASS_USER, origin, 'session');
  if (!opened.ok) return opened;
  const { session, secret } = opened.value;
  const { wire, address } = origin;
  const facts: readonly Fact[] = [
    { kind: 'break-glass-used', v: 1, id, name: input.name, why: input.why, address },
    { kind: 'signed-in', v: 1, user: BREAK_GLASS_USER, wire, address, secondFactor: 'break-glass' },
  ];
  // Two may have come with the same credential while the session was opened: the second finds it spent.
  const kept =
    parts.state.breakGlass === id ? proved(deps, facts, dropBreakGlass) : refuse<AuthRefusal>(NO_BREAK_GLASS);
  if (!kept.ok) {
    deps.sessions.end(session.id, 'revoked', BREAK_GLASS_USER);
    return kept;
  }
  const { expiresAtMs } = session;
  if (secret !== null) carry(secret, expiresAtMs - deps.host.now());
  return ok({ by: BREAK_GLASS_USER, session: session.id, expiresAtMs, tokens: null, recoveryCodes: [] });
}

function matching({ deps, state, seal }: AuthParts, typed: string): string | null {
  const id = state.breakGlass;
  const kept = id === null ? null : breakGlassOf(deps.journal.reader, id);
  const marked = seal.mark(`break-glass:${id ?? ''}`, asSpelled(typed));
  return kept !== null && sameBytes(kept, marked) ? id : null;
}

/** The sealed credential acts for a person whom nobody knows: nothing that outlives its hour may be made by it. */
export function isBreakGlass({ actor }: Pick<Person, 'actor'>): boolean {
  return actor.user?.user === BREAK_GLASS_USER;
}
