import { useState } from 'react';
import { istTime } from '#core/model/market-clock.ts';
import { cover, who } from '#renderer/api/desk.ts';
import { signOut } from '#renderer/api/sign-out.ts';
import { useStore } from '#renderer/api/store.ts';
import { Dialog } from '#renderer/look/dialog.tsx';
import { useKeymap } from '#renderer/look/keys.ts';
import { notice } from '#renderer/look/notice.tsx';
import { SessionsGrid } from '#renderer/look/sessions-grid.tsx';
import { ChangePassword } from './change-password.tsx';
import { NewRecoveryCodes } from './new-recovery-codes.tsx';
import { Profile } from './profile.tsx';

const PARTS = [
  { part: 'password', label: 'Change password' },
  { part: 'codes', label: 'New recovery codes' },
  { part: 'sessions', label: 'Own sessions' },
  { part: 'profile', label: 'Profile' },
] as const;
type Part = (typeof PARTS)[number]['part'];

/** The person at this screen: what they may change of themself, and the ways to go. */
export function AccountDialog({ onClose }: { readonly onClose: () => void }) {
  const me = useStore(who);
  const keys = useKeymap();
  const [part, setPart] = useState<Part | null>(null);
  const back = (): void => setPart(null);
  return (
    <Dialog
      title={part === null ? 'Your account' : (PARTS.find((one) => one.part === part)?.label ?? '')}
      wide={part === 'sessions'}
      onClose={part === null ? onClose : back}
    >
      {me === null ? null : (
        <p>
          <strong>{me.name}</strong> · <span className="mono">{me.by}</span> · {me.role}
          {me.branch === '' ? '' : ` of ${me.branch}`} · signed in since {istTime(me.openedAtMs)}, at the
          longest until {istTime(me.expiresAtMs)}
        </p>
      )}
      {part === null ? (
        <div className="menu">
          {PARTS.map((one, index) => (
            <button
              key={one.part}
              type="button"
              autoFocus={index === 0}
              data-first={index === 0 ? true : undefined}
              onClick={() => setPart(one.part)}
            >
              {one.label}
            </button>
          ))}
          <button
            type="button"
            onClick={() => {
              onClose();
              cover();
            }}
          >
            Lock this screen <kbd>{keys.lock}</kbd>
          </button>
          <button type="button" onClick={() => void leave()}>
            Sign out
          </button>
        </div>
      ) : null}
      {part === 'password' ? <ChangePassword onDone={back} /> : null}
      {part === 'codes' ? <NewRecoveryCodes onDone={back} /> : null}
      {part === 'sessions' ? <SessionsGrid of={me?.by ?? ''} /> : null}
      {part === 'profile' ? <Profile onDone={back} /> : null}
    </Dialog>
  );
}

async function leave(): Promise<void> {
  const why = await signOut();
  if (why !== null) notice('bad', `NOT SIGNED OUT: ${why.text}`);
}
