import { useState } from 'react';
import { istTimestamp } from '#core/model/market-clock.ts';
import type { UserShown } from '#renderer/api/shapes.ts';
import { Dialog } from '#renderer/look/dialog.tsx';
import { Figure } from '#renderer/look/figures.tsx';
import { roundMoney } from '#renderer/look/format.ts';
import { LimitsForm } from './limits-form.tsx';
import { MappingForm } from './mapping-form.tsx';
import { ResetForm } from './reset-form.tsx';
import { StatusForm } from './status-form.tsx';

type Doing = 'update' | 'limits' | 'status' | 'reset';

/** One person: what is known, and what an admin may do about it. */
export function UserDialog({ user, onClose }: { readonly user: UserShown; readonly onClose: () => void }) {
  const [doing, setDoing] = useState<Doing | null>(null);
  const back = (): void => setDoing(null);
  const asked = user.status === 'asked';
  return (
    <Dialog
      title={asked ? `${user.user} asks to be let in` : user.user}
      wide
      onClose={doing === null ? onClose : back}
    >
      <Known user={user} />
      {asked && doing === null ? <MappingForm user={user} approving onDone={onClose} /> : null}
      {doing === 'update' ? <MappingForm user={user} approving={false} onDone={back} /> : null}
      {doing === 'limits' ? <LimitsForm user={user} onDone={back} /> : null}
      {doing === 'status' ? <StatusForm user={user} onDone={back} /> : null}
      {doing === 'reset' ? <ResetForm user={user} onDone={back} /> : null}
      {doing === null ? (
        <div className="actions">
          {asked ? null : (
            <>
              <button type="button" autoFocus data-first onClick={() => setDoing('update')}>
                Role, branch, accounts, exchange ids…
              </button>
              <button type="button" onClick={() => setDoing('limits')}>
                Limits…
              </button>
              <button type="button" onClick={() => setDoing('reset')}>
                Reset the password…
              </button>
            </>
          )}
          <button type="button" onClick={() => setDoing('status')}>
            {asked ? 'Refuse…' : user.status === 'disabled' ? 'Enable…' : 'Disable…'}
          </button>
        </div>
      ) : null}
    </Dialog>
  );
}

function Known({ user }: { readonly user: UserShown }) {
  const { orderNotionalE4, exitNotionalE4 } = user.limits;
  const money = (e4: number | null): string => (e4 === null ? 'no limit' : roundMoney(e4));
  return (
    <>
      <div className="figures">
        <Figure label="name" value={user.name} />
        <Figure label="state" value={user.status} />
        <Figure label="role" value={user.status === 'asked' ? 'not yet' : user.role} />
        <Figure label="branch" value={user.branch || 'none'} />
        <Figure label="an order at most" value={money(orderNotionalE4)} />
        <Figure label="an exit at most" value={money(exitNotionalE4)} />
        <Figure label="accounts by name" value={String(user.accounts.length)} />
      </div>
      <p className="dim">
        {user.email || 'no e-mail'} · {user.mobile || 'no mobile'} ·{' '}
        {user.source.kind === 'desk'
          ? 'a person of this desk'
          : `from user set ${user.source.set}, valid until ${istTimestamp(user.source.validUntilMs).slice(0, 16)}`}
        {user.exchangeUsers.map(({ exchange, id, location, certificateUntil }) => (
          <span key={`${exchange} ${id}`}>
            {' '}
            · {exchange} <span className="mono">{id}</span> at {location}, certificate until{' '}
            {certificateUntil}
          </span>
        ))}
      </p>
    </>
  );
}
