import { useState } from 'react';
import type { SyncShown } from '#core/sync/contract.ts';
import { useCommand } from '#renderer/api/command.ts';
import { Dialog, ReadBack } from '#renderer/look/dialog.tsx';
import { quantity } from '#renderer/look/format.ts';
import { Outcome } from '#renderer/look/said.tsx';
import { placeWords } from './progress-words.ts';

const WANTED = 'SIGN';
const ENDS =
  'This ends the handback: the desk goes to STANDBY and main is the authority. What comes later makes a supplement.';
const SUPPLEMENTS = 'The handback has ended; this covers what came after its certificate.';

/** What is signed is read once more before it is; it ends the handback. */
export function SignDialog(props: {
  readonly shown: SyncShown;
  readonly supplement: boolean;
  readonly onClose: () => void;
  readonly onSigned: (id: string) => void;
}) {
  const { handback, reconciled, doubleCloses } = props.shown;
  const [typed, setTyped] = useState('');
  const { doing, run } = useCommand<SyncShown>();
  const ready = typed === WANTED && doing.state !== 'asked';
  const sign = async (): Promise<void> => {
    const done = await run((calls) => calls.sync.sign());
    if (done === null) return;
    const newest = done.certificates.toSorted((one, other) => other.atMs - one.atMs)[0];
    if (newest === undefined) props.onClose();
    else props.onSigned(newest.id);
  };
  const lines: readonly (readonly [string, string, boolean])[] = [
    ['Main has every fact, up to', placeWords(handback.acked), true],
    [
      'Rows compared',
      reconciled === null
        ? 'none'
        : `${quantity(reconciled.rows)}: ${quantity(reconciled.agree)} agree, ${quantity(reconciled.differences)} differ and are decided`,
      true,
    ],
    [
      'Closed twice, and named in it',
      doubleCloses.length === 0 ? 'none' : `✖ ${quantity(doubleCloses.length)} of main’s orders`,
      doubleCloses.length === 0,
    ],
  ];
  return (
    <Dialog
      title={props.supplement ? 'Sign the supplement' : 'Sign the certificate'}
      grave
      onClose={props.onClose}
    >
      <form
        className="dialog-body"
        onSubmit={(event) => {
          event.preventDefault();
          if (ready) void sign();
        }}
      >
        <table className="plain read">
          <tbody>
            {lines.map(([what, value, fine]) => (
              <tr key={what}>
                <td>{what}</td>
                <td>
                  <strong className={fine ? '' : 'bad'}>{value}</strong>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
        <p>{props.supplement ? SUPPLEMENTS : ENDS}</p>
        <ReadBack wanted={WANTED} value={typed} onChange={setTyped} first />
        <Outcome doing={doing} />
        <button type="submit" className="grave" disabled={!ready}>
          Sign <kbd>Enter</kbd>
        </button>
      </form>
    </Dialog>
  );
}
