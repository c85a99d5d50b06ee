import { useState } from 'react';
import type { Step } from '#core/auth/contract.ts';
import { useAtTheDoor } from '#renderer/api/command.ts';
import { NewPassword, passwordFits } from '#renderer/look/password-field.tsx';
import { DoorForm, StartAgain } from './form.tsx';
import { stageOf, type StageProps } from './stage.ts';

/** After an admin's reset: the one-time password opened the door, an own one is needed before anything else. */
export function AfterReset(
  props: StageProps & { readonly min: number; readonly user: string; readonly step: Step },
) {
  const [password, setPassword] = useState('');
  const [again, setAgain] = useState('');
  const { doing, run } = useAtTheDoor<Step>();
  const { min } = props;
  const send = async (): Promise<void> => {
    const step = await run((calls) => calls.auth.newPassword({ ticket: props.step.ticket, password }));
    if (step !== null) props.onStage(stageOf(step, props.user));
  };
  return (
    <DoorForm
      title="A new password of your own"
      doing={doing}
      send="Set it"
      ready={passwordFits(password, again, min)}
      onSend={() => void send()}
      links={<StartAgain onStart={() => props.onStage({ at: 'password' })} />}
    >
      <p>
        An admin has reset <strong>{props.user}</strong>. The one-time password works once more, for this.
      </p>
      <NewPassword
        first
        password={password}
        again={again}
        min={min}
        onPassword={setPassword}
        onAgain={setAgain}
      />
    </DoorForm>
  );
}
