import type { Scope } from './events.ts';

/** Everything that this desk has. */
export const EVERYTHING: Scope = { segments: [], accounts: [] };

/** The same scope for the same meaning: each name once, in order. */
export function plainScope({ segments, accounts }: Scope): Scope {
  return { segments: named(segments), accounts: named(accounts) };
}

function named(names: readonly string[]): readonly string[] {
  return [...new Set(names)].toSorted();
}

/** Whether an emergency of this scope covers the account in the exchange-segment; made once, asked for every order. */
export function coverOf({
  segments,
  accounts,
}: Scope): (account: string, exchange: string, segment: string) => boolean {
  const inSegments = new Set(segments);
  const inAccounts = new Set(accounts);
  return (account, exchange, segment) =>
    (inSegments.size === 0 || inSegments.has(`${exchange}:${segment}`)) &&
    (inAccounts.size === 0 || inAccounts.has(account));
}

/** Accounts that a sentence names; the others are counted. */
const NAMED_MAX = 5;

/** The scope in words, for the bar and for refusals. */
export function scopeWords(scope: Scope): string {
  const { segments, accounts } = plainScope(scope);
  const where = segments.length === 0 ? 'all segments' : segments.join(', ');
  if (accounts.length === 0) return `${where}, all accounts of this desk`;
  return `${where}, ${accounts.length <= NAMED_MAX ? accounts.join(', ') : `${accounts.length} accounts`}`;
}

/**
 * What headquarters signs (Ed25519, as UTF-8), so that this desk, on this IST date, may take main for lost although it
 * shows life. Lists are JSON, sorted, each name once; `[]` is everything:
 * `lifeboat scope D1 2026-11-23 ["NSE:FO"] []`.
 */
export function scopeText(desk: string, date: string, scope: Scope): string {
  const { segments, accounts } = plainScope(scope);
  return `lifeboat scope ${desk} ${date} ${JSON.stringify(segments)} ${JSON.stringify(accounts)}`;
}
