import { useState } from 'react';
import type { Step } from '#core/auth/contract.ts';
import { useAtTheDoor } from '#renderer/api/command.ts';
import { PasswordField } from '#renderer/look/password-field.tsx';
import { TextField } from '#renderer/look/text-field.tsx';
import { DoorForm } from './form.tsx';
import { stageOf, type StageProps } from './stage.ts';

/** Who, and the first factor. */
export function Password({ breakGlass, onStage }: StageProps & { readonly breakGlass: boolean }) {
  const [user, setUser] = useState('');
  const [password, setPassword] = useState('');
  const { doing, run } = useAtTheDoor<Step>();
  const send = async (): Promise<void> => {
    const step = await run((calls) => calls.auth.signIn({ user: user.trim().toLowerCase(), password }));
    if (step !== null) onStage(stageOf(step, user.trim().toLowerCase()));
    else setPassword('');
  };
  return (
    <DoorForm
      title="Sign in"
      doing={doing}
      send="Go on"
      ready={user.trim() !== '' && password !== ''}
      onSend={() => void send()}
      links={
        <>
          <button type="button" className="quiet" onClick={() => onStage({ at: 'register' })}>
            Ask for an account
          </button>
          {breakGlass ? (
            <button type="button" className="quiet warn" onClick={() => onStage({ at: 'break-glass' })}>
              ⚠ Break glass: the sealed credential
            </button>
          ) : null}
        </>
      }
    >
      <p className="dim">
        Nobody is signed in at this screen. First your password, then the code of your telephone.
      </p>
      <TextField label="User" value={user} max={60} first onChange={setUser} />
      <PasswordField label="Password" value={password} onChange={setPassword} />
    </DoorForm>
  );
}
