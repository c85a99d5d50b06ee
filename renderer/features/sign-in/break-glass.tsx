import { useState } from 'react';
import type { Opened } from '#core/auth/contract.ts';
import { useAtTheDoor } from '#renderer/api/command.ts';
import { PasswordField } from '#renderer/look/password-field.tsx';
import { TextField } from '#renderer/look/text-field.tsx';
import { DoorForm, StartAgain } from './form.tsx';
import type { StageProps } from './stage.ts';

const NAME_MIN = 3;
const WHY_MIN = 5;

/** The sealed envelope: for the hour in which nobody with rights can sign in. */
export function BreakGlass(props: StageProps & { readonly onOpened: (opened: Opened) => void }) {
  const [name, setName] = useState('');
  const [why, setWhy] = useState('');
  const [credential, setCredential] = useState('');
  const { doing, run } = useAtTheDoor<Opened>();
  const send = async (): Promise<void> => {
    const opened = await run((calls) => calls.auth.breakGlass({ name, why, credential: credential.trim() }));
    if (opened !== null) props.onOpened(opened);
  };
  return (
    <DoorForm
      title="⚠ Break glass"
      grave
      doing={doing}
      send="Break the glass"
      ready={name.trim().length >= NAME_MIN && why.trim().length >= WHY_MIN && credential.trim() !== ''}
      onSend={() => void send()}
      links={<StartAgain onStart={() => props.onStage({ at: 'password' })} />}
    >
      <p>
        Opens one hour with an admin’s rights. The credential in the envelope works <strong>once</strong>,
        every admin is alarmed, and your name and reason are in the journal for good.
      </p>
      <TextField label="Your full name" value={name} max={120} first onChange={setName} />
      <TextField label="Why nobody can sign in as usual" value={why} max={500} onChange={setWhy} />
      <PasswordField
        label="Credential from the sealed envelope"
        value={credential}
        onChange={setCredential}
      />
    </DoorForm>
  );
}
