import { z } from 'zod';
import type { DeskStore, Stored } from './desk-store.ts';
import { reasonOf, say, type Said } from './desk-wire.ts';

/** The parts of the desk's answers that are needed here. */
const Tokens = z.object({ accessToken: z.string(), refreshToken: z.string() });
const Step = z.object({ step: z.string(), ticket: z.string() });
const Opened = z.object({ by: z.string(), tokens: Tokens });

/** An authenticator's code; anything else is taken for a recovery code. */
const TOTP = /^\d{6}$/;

export interface Factors {
  readonly password: string;
  /** Asked for when the password was right. */
  readonly code: () => Promise<string>;
}

/** Who is signed in now, or what stood in the way. */
export type SignedIn = { readonly kind: 'signed-in'; readonly by: string } | NotSignedIn;
type NotSignedIn =
  Exclude<Said, { kind: 'answered' }> | { readonly kind: 'elsewhere'; readonly step: string };

/**
 * Both factors, for tokens. `elsewhere`: a first enrolment or a new password is done on the screen. `url`: where the
 * desk is now; `own`: it is the one of this data folder.
 */
export async function signIn(
  store: DeskStore,
  desk: { readonly url: string; readonly own: boolean },
  user: string,
  factors: Factors,
): Promise<SignedIn> {
  const first = await say(desk.url, {}, 'auth.signIn', { user, password: factors.password });
  if (first.kind !== 'answered') return first;
  const { step, ticket } = Step.parse(first.value);
  if (step !== 'second-factor') return { kind: 'elsewhere', step };
  const code = (await factors.code()).trim();
  const second = TOTP.test(code)
    ? await say(desk.url, {}, 'auth.secondFactor', { ticket, code, as: 'tokens' })
    : await say(desk.url, {}, 'auth.recover', { ticket, recoveryCode: code, as: 'tokens' });
  if (second.kind !== 'answered') return second;
  const { by, tokens } = Opened.parse(second.value);
  store.keep({ url: desk.own ? null : desk.url, ...tokens });
  return { kind: 'signed-in', by };
}

/** A call under the stored tokens, refreshed when they are past their time. */
export async function sayAs(
  store: DeskStore,
  url: string,
  stored: Stored,
  call: string,
  input: unknown,
): Promise<Said> {
  const first = await under(url, stored, call, input);
  // The door turned it away before anything was done, so the same call may be made again.
  if (first.kind !== 'refused' || reasonOf(first.error) !== 'token-expired') return first;
  const fresh = await store.alone(() => refreshed(store, url, stored));
  return 'kind' in fresh ? fresh : await under(url, fresh, call, input);
}

function under(url: string, { accessToken }: Stored, call: string, input: unknown): Promise<Said> {
  return say(url, { authorization: `Bearer ${accessToken}` }, call, input);
}

/** New tokens: those of another process that came first, else from the desk. They are kept before they are used. */
async function refreshed(store: DeskStore, url: string, stale: Stored): Promise<Stored | Said> {
  const kept = store.session() ?? stale;
  if (kept.accessToken !== stale.accessToken) return kept;
  const said = await say(url, {}, 'auth.refresh', { refreshToken: kept.refreshToken });
  if (said.kind !== 'answered') return said;
  const fresh = { url: kept.url, ...Tokens.parse(said.value) };
  store.keep(fresh);
  return fresh;
}
