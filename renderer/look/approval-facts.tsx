import type { ApprovalShown } from '#core/approvals/contract.ts';
import { countdown, words } from './format.ts';
import { useNow } from './ticking.ts';

const NEEDS: Readonly<Record<ApprovalShown['needs'], string>> = {
  one: 'nobody else',
  two: 'a second person',
  'remote-signature': 'headquarters’ signature',
  'telephone-code': 'headquarters’ code by telephone',
};

/** What a second person reads before they answer for it. */
export function ApprovalFacts({ approval }: { readonly approval: ApprovalShown }) {
  const now = useNow();
  const left = approval.expiresAtMs - now;
  return (
    <div className="approval">
      <p className="approval-text">{approval.text}</p>
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
