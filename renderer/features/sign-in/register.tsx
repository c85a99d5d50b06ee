import { useState } from 'react';
import { useAtTheDoor } from '#renderer/api/command.ts';
import { NewPassword, passwordFits } from '#renderer/look/password-field.tsx';
import { TextField } from '#renderer/look/text-field.tsx';
import { DoorForm, StartAgain } from './form.tsx';
import type { StageProps } from './stage.ts';

const NOTHING = { user: '', name: '', email: '', mobile: '', branch: '' };

/** Asks for an account. Nothing works before an admin has approved it. */
export function Register({ min, onStage }: StageProps & { readonly min: number }) {
  const [said, setSaid] = useState(NOTHING);
  const [password, setPassword] = useState('');
  const [again, setAgain] = useState('');
  const { doing, run } = useAtTheDoor<unknown>();
  const say = (part: Partial<typeof NOTHING>): void => setSaid({ ...said, ...part });
  if (doing.state === 'done') {
    return (
      <div className="dialog-body">
        <h2>Asked</h2>
        <p className="trust good" role="status">
          ✓ Asked. Tell an admin: when they have approved <strong>{said.user}</strong>, sign in with your
          password.
        </p>
        <p className="dim">
          The desk says the same whether a user of that name was there before. If you hear nothing, ask the
          admin.
        </p>
        <button type="button" className="primary" autoFocus onClick={() => onStage({ at: 'password' })}>
          To the sign-in <kbd>Enter</kbd>
        </button>
      </div>
    );
  }
  return (
    <DoorForm
      title="Ask for an account"
      doing={doing}
      send="Ask"
      ready={said.user.trim() !== '' && said.name.trim() !== '' && passwordFits(password, again, min)}
      onSend={() =>
        void run((calls) => calls.auth.register({ ...said, user: said.user.trim().toLowerCase(), password }))
      }
      links={<StartAgain onStart={() => onStage({ at: 'password' })} />}
    >
      <p className="dim">
        An admin approves it and gives role, branch and accounts. Until then it opens nothing.
      </p>
      <div className="row-of-fields">
        <TextField
          label="User (a-z 0-9 . _ -)"
          value={said.user}
          max={30}
          first
          onChange={(user) => say({ user })}
        />
        <TextField label="Name" value={said.name} max={120} onChange={(name) => say({ name })} />
        <TextField label="Branch" value={said.branch} max={40} onChange={(branch) => say({ branch })} />
      </div>
      <div className="row-of-fields">
        <TextField
          label="E-mail (may be empty)"
          value={said.email}
          max={200}
          onChange={(email) => say({ email: email.trim() })}
        />
        <TextField
          label="Mobile with country code (may be empty)"
          value={said.mobile}
          max={16}
          onChange={(mobile) => say({ mobile: mobile.replaceAll(/[\s-]/g, '') })}
        />
      </div>
      <NewPassword password={password} again={again} min={min} onPassword={setPassword} onAgain={setAgain} />
    </DoorForm>
  );
}
