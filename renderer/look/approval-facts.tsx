import { z } from 'zod';
import type { ApprovalShown } from '#core/approvals/contract.ts';
import { countdown, roundMoney, words } from './format.ts';
import { scopeWords } from './scope-words.ts';
import { useNow } from './ticking.ts';

const NEEDS: Readonly<Record<ApprovalShown['needs'], string>> = {
  one: 'nobody else',
  two: 'a second person',
  'remote-signature': 'headquarters’ signature',
  'telephone-code': 'headquarters’ code by telephone',
};

/** Names of a list that a second person reads; of more, their number is what counts. */
const LISTED_MAX = 40;

/** What a second person reads before they answer for it. */
export function ApprovalFacts({ approval }: { readonly approval: ApprovalShown }) {
  const now = useNow();
  const left = approval.expiresAtMs - now;
  return (
    <div className="approval">
      <What approval={approval} />
      <p>
        asked by <strong>{approval.by}</strong>
        {approval.branch === '' ? '' : ` of ${approval.branch}`} · {words(approval.action)} ·{' '}
        <span className="mono">{approval.call}</span> · needs <strong>{NEEDS[approval.needs]}</strong>
      </p>
      <p>
        challenge{' '}
        <strong className="challenge mono">
          {approval.challenge.slice(0, 4)} {approval.challenge.slice(4)}
        </strong>{' '}
        · <Left state={approval.state} leftMs={left} />
        {approval.given.map(({ by, how }) => (
          <span key={`${by} ${how}`} className="good">
            {' '}
            · ✓ {by}, {words(how)}
          </span>
        ))}
      </p>
    </div>
  );
}

function Left({ state, leftMs }: { readonly state: ApprovalShown['state']; readonly leftMs: number }) {
  if (state !== 'waiting' && state !== 'given') return <strong className="dim">{state.toUpperCase()}</strong>;
  return leftMs > 0 ? (
    <span className={leftMs < 60_000 ? 'warn' : ''}>
      expires in <strong className="mono">{countdown(leftMs)}</strong>
    </span>
  ) : (
    <strong className="bad">✖ too old</strong>
  );
}

/** What a call does, for somebody who does not know its path. */
const DOES: Readonly<Record<string, string>> = {
  'squareOff.approve': 'Exit positions',
  'mode.declareLost': 'Declare main lost',
  'mode.declareBack': 'Declare main back',
  'sync.handOver': 'Hand a working order over to main',
  'sync.sign': 'Sign the certificate and end the handback',
  'orders.decideDoubt': 'Decide an order in doubt',
  'exchange.resetSession': 'Reset an exchange session',
  'users.approve': 'Let a person in',
  'users.update': 'Change a person’s role, branch, accounts or exchange ids',
  'users.setLimits': 'Change a person’s limits',
  'users.enable': 'Enable a person',
  'auth.reset': 'Reset a person’s password',
  'auth.sealBreakGlass': 'Make a new sealed credential',
  'settings.changePolicy': 'Change the policy of exits',
  'settings.changeCalendar': 'Change the calendar',
  'settings.changeGateway': 'Change the exchange connections',
};

/** What a call does, as a person says it; its path where there are no words for it. */
export function callInWords(call: string): string {
  return DOES[call] ?? call;
}

/** The asking in plain words, and below them each thing that was said with it. */
function What({ approval: { call, text } }: { readonly approval: ApprovalShown }) {
  const input = inputIn(call, text);
  const does = callInWords(call);
  if (input === null) {
    return (
      <p className="approval-text">
        {does}: {text}
      </p>
    );
  }
  return (
    <>
      <p className="approval-text">{does}</p>
      <dl className="approval-input">
        {leavesOf(input).map(([name, value]) => (
          <div key={name}>
            <dt>{NAMES[name] ?? name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </>
  );
}

/** The text of a call that has no words of its own is its path and its input as JSON; null when it is another text. */
function inputIn(call: string, text: string): unknown {
  if (!text.startsWith(`${call} {`)) return null;
  try {
    return JSON.parse(text.slice(call.length + 1));
  } catch {
    // Cut off: the text is shown as it is.
    return null;
  }
}

/** What an emergency covers: empty lists mean everything, which must not read as nothing. */
const Scope = z.strictObject({ segments: z.array(z.string()), accounts: z.array(z.string()) });

/** Names of inputs as people say them. */
const NAMES: Readonly<Record<string, string>> = { scopeCode: 'headquarters’ scope code' };

function leavesOf(value: unknown, path = ''): readonly (readonly [string, string])[] {
  const scope = path === 'scope' ? Scope.safeParse(value) : null;
  if (scope?.success === true) {
    const covers = ['covers', scopeWords(scope.data)] as const;
    const { accounts } = scope.data;
    return accounts.length === 0 ? [covers] : [covers, ['accounts', listed(accounts)]];
  }
  if (typeof value !== 'object' || value === null) return [[path, shownAs(path, value)]];
  if (Array.isArray(value) && value.every((one) => typeof one !== 'object')) return [[path, listed(value)]];
  const fields = Object.entries(value);
  if (fields.length === 0) return [[path, 'none']];
  return fields.flatMap(([name, inner]) => leavesOf(inner, path === '' ? name : `${path} ${name}`));
}

/** A list of names on one line: how many, and which. */
function listed(values: readonly unknown[]): string {
  if (values.length === 0) return 'none named';
  const shown = values.slice(0, LISTED_MAX).join(', ');
  return `${values.length}: ${shown}${values.length > LISTED_MAX ? ', …' : ''}`;
}

function shownAs(path: string, value: unknown): string {
  if (value === null || value === '') return 'none';
  return path.endsWith('E4') && typeof value === 'number'
    ? roundMoney(value)
    : JSON.stringify(value).replaceAll('"', '');
}
