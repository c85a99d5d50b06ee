import { useEffect, useState } from 'react';
import type { Opened } from '#core/auth/contract.ts';
import { useAtTheDoor } from '#renderer/api/command.ts';
import { CodeField, isCode } from '#renderer/look/code-field.tsx';
import { Outcome } from '#renderer/look/said.tsx';
import { DoorForm, StartAgain } from './form.tsx';
import { QrCode } from './qr-code.tsx';
import type { TicketProps } from './stage.ts';

interface Secret {
  readonly secret: string;
  readonly uri: string;
}

/** A fresh second factor: scanned or typed into the telephone, in force once its first code is right. */
export function Enrol({ step, onStage, onOpened }: TicketProps) {
  const [code, setCode] = useState('');
  const asking = useAtTheDoor<Secret>();
  const { doing, run } = useAtTheDoor<Opened>();
  const { run: ask } = asking;
  useEffect(() => {
    void ask((calls) => calls.auth.enrol({ ticket: step.ticket }));
    // A new secret for each ticket, and no second one while a camera looks at the first.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [step.ticket]);
  const send = async (six: string): Promise<void> => {
    const opened = await run((calls) => calls.auth.confirmEnrolment({ ticket: step.ticket, code: six }));
    if (opened !== null) onOpened(opened);
    else setCode('');
  };
  if (asking.doing.state !== 'done') {
    return (
      <div className="dialog-body">
        <h2>Second factor</h2>
        <Outcome doing={asking.doing} />
        <StartAgain onStart={() => onStage({ at: 'password' })} />
      </div>
    );
  }
  const { secret, uri } = asking.doing.value;
  return (
    <DoorForm
      title="Enrol your telephone"
      doing={doing}
      send="Confirm"
      ready={isCode(code)}
      onSend={() => void send(code)}
      links={<StartAgain onStart={() => onStage({ at: 'password' })} />}
    >
      <p>
        Scan this with an authenticator app. It needs no network, then or later. Nobody else may see it:
        whoever has it has your second factor.
      </p>
      <div className="enrol">
        <QrCode text={uri} label="Code for the authenticator app" />
        <div>
          <p className="dim">
            No camera? Type this secret into the app (time-based, six digits, 30 seconds):
          </p>
          <p className="secret mono" aria-label="Secret">
            {groupsOf(secret).map((group, index) => (
              <span key={`${index} ${group}`}>{group} </span>
            ))}
          </p>
        </div>
      </div>
      <CodeField
        label="Then the six digits that the app shows"
        first
        value={code}
        onChange={setCode}
        onSix={(six) => void send(six)}
      />
    </DoorForm>
  );
}

function groupsOf(secret: string): readonly string[] {
  return secret.match(/.{1,4}/g) ?? [];
}
