import { useState } from 'react';
import type { Opened } from '#core/auth/contract.ts';
import { useAtTheDoor } from '#renderer/api/command.ts';
import { CodeField, isCode } from '#renderer/look/code-field.tsx';
import { TextField } from '#renderer/look/text-field.tsx';
import { DoorForm, StartAgain } from './form.tsx';
import type { TicketProps } from './stage.ts';

/** The second factor: six digits of the telephone; the sixth one sends them. */
export function SecondFactor({ step, onStage, onOpened }: TicketProps) {
  const [code, setCode] = useState('');
  const { doing, run } = useAtTheDoor<Opened>();
  const send = async (six: string): Promise<void> => {
    const opened = await run((calls) => calls.auth.secondFactor({ ticket: step.ticket, code: six }));
    if (opened !== null) onOpened(opened);
    else setCode('');
  };
  return (
    <DoorForm
      title="Second factor"
      doing={doing}
      send="Sign in"
      ready={isCode(code)}
      onSend={() => void send(code)}
      links={
        <>
          <button type="button" className="quiet" onClick={() => onStage({ at: 'recover', step })}>
            Telephone lost? Use a recovery code
          </button>
          <StartAgain onStart={() => onStage({ at: 'password' })} />
        </>
      }
    >
      <p className="dim">
        Within five minutes. Each code works once: after a failure, wait for the next one.
      </p>
      <CodeField
        label="Six digits, from the app on your telephone"
        first
        value={code}
        onChange={setCode}
        onSix={(six) => void send(six)}
      />
    </DoorForm>
  );
}

/** A recovery code in place of the telephone. */
export function Recover({ step, onStage, onOpened }: TicketProps) {
  const [code, setCode] = useState('');
  const { doing, run } = useAtTheDoor<Opened>();
  const send = async (): Promise<void> => {
    const opened = await run((calls) =>
      calls.auth.recover({ ticket: step.ticket, recoveryCode: code.trim() }),
    );
    if (opened !== null) onOpened(opened);
  };
  return (
    <DoorForm
      title="Recovery code"
      doing={doing}
      send="Sign in"
      ready={code.trim() !== ''}
      onSend={() => void send()}
      links={
        <>
          <button type="button" className="quiet" onClick={() => onStage({ at: 'second-factor', step })}>
            ‹ I have my telephone
          </button>
          <StartAgain onStart={() => onStage({ at: 'password' })} />
        </>
      }
    >
      <p className="dim">
        One of the ten that you wrote down when you enrolled. It is used up by this. No codes left: an admin
        resets you.
      </p>
      <TextField label="Recovery code" value={code} max={40} first onChange={setCode} />
    </DoorForm>
  );
}
