import type { Fact } from '#core/events.ts';
import type { AccountScope } from '#core/model/scope.ts';

interface Viewer {
  readonly by: string;
  readonly scope: AccountScope;
}

/** What a fact may name of a client: by account, or by an order or run whose accounts somebody else knows. */
interface Names {
  readonly accountOfOrder: (orderId: string) => string | null;
  readonly accountsOfRun: (runId: string) => readonly string[] | null;
}

/** Facts about persons: everybody sees their own, who sees all accounts sees all. */
const OF_PERSONS =
  /^(session-|sign|locked-out|lockout-|second-factor-|recovery-|password-|break-glass-|api-key-|user-|users-|call-refused)/;

/** Facts that name accounts of the whole desk inside. */
const OF_ALL_ACCOUNTS: ReadonlySet<Fact['kind']> = new Set([
  'reconciled',
  'fence-answered',
  'mapping-changed',
  'difference-decided',
]);

/**
 * May this person see the fact? Facts of a client go to who may see the client; facts of nobody (modes, links,
 * imports, approvals) go to all. A fact that names an order or a run that is not known is not shown.
 */
export function isVisible(fact: Fact, viewer: Viewer, names: Names): boolean {
  if (viewer.scope.all) return true;
  if (OF_PERSONS.test(fact.kind)) return 'user' in fact && fact.user === viewer.by;
  if (OF_ALL_ACCOUNTS.has(fact.kind)) return false;
  const accounts = accountsIn(fact, names);
  return accounts === null ? false : accounts.every((account) => viewer.scope.has(account));
}

function accountsIn(fact: Fact, names: Names): readonly string[] | null {
  const found: string[] = [];
  const fields = fact as unknown as Readonly<Record<string, unknown>>;
  for (const holder of [fields, fields['terms'], fields['row'], fields['key']]) {
    const account = isRecord(holder) ? holder['account'] : undefined;
    if (typeof account === 'string') found.push(account);
  }
  if (found.length > 0) return found;
  if (typeof fields['orderId'] === 'string') {
    const account = names.accountOfOrder(fields['orderId']);
    return account === null ? null : [account];
  }
  if (typeof fields['runId'] === 'string') return names.accountsOfRun(fields['runId']);
  return found;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
