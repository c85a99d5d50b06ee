import { useState } from 'react';
import type { Step } from '#core/auth/contract.ts';
import { useAtTheDoor } from '#renderer/api/command.ts';
import { NewPassword, passwordFits } from '#renderer/look/password-field.tsx';
import { TextField } from '#renderer/look/text-field.tsx';
import { DoorForm } from './form.tsx';
import { setupCodeOfAddress } from './from-address.ts';
import { stageOf, type StageProps } from './stage.ts';

/** The first person of a new desk: its admin. There is no default password. */
export function FirstRun({ min, onStage }: StageProps & { readonly min: number }) {
  const [setupCode, setSetupCode] = useState(setupCodeOfAddress);
  const [user, setUser] = useState('');
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const [again, setAgain] = useState('');
  const { doing, run } = useAtTheDoor<Step>();
  const ready =
    setupCode.trim() !== '' && user.trim() !== '' && name.trim() !== '' && passwordFits(password, again, min);
  const send = async (): Promise<void> => {
    const step = await run((calls) =>
      calls.auth.firstRun({ setupCode: setupCode.trim(), user: user.trim().toLowerCase(), name, password }),
    );
    if (step !== null) onStage(stageOf(step, user));
  };
  return (
    <DoorForm
      title="First run: the admin of this desk"
      doing={doing}
      send="Make the first admin"
      ready={ready}
      onSend={() => void send()}
    >
      <p className="dim">
        This desk has nobody yet. The first admin lets all others in, and can not trade. Whoever started the
        desk has its setup code.
      </p>
      <TextField
        label="Setup code, as printed when the desk started"
        value={setupCode}
        max={40}
        first={setupCode === ''}
        onChange={setSetupCode}
      />
      <div className="row-of-fields">
        <TextField
          label="User (a-z 0-9 . _ -)"
          value={user}
          max={30}
          first={setupCode !== ''}
          onChange={setUser}
        />
        <TextField label="Name" value={name} max={120} onChange={setName} />
      </div>
      <NewPassword password={password} again={again} min={min} onPassword={setPassword} onAgain={setAgain} />
    </DoorForm>
  );
}
