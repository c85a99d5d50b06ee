import { useState, type KeyboardEvent } from 'react';
import { Dialog } from '#renderer/look/dialog.tsx';
import { ACTIONS, keyName, remap, shippedKeys, useKeymap, type Action } from '#renderer/look/keys.ts';

const ONLY_MODIFIERS: ReadonlySet<string> = new Set(['Shift', 'Control', 'Alt', 'Meta', 'AltGraph']);

/** Every key, and another for it where a dealer's hands want one. Kept on this workstation. */
export function KeysDialog({ onClose }: { readonly onClose: () => void }) {
  const keys = useKeymap();
  const [asking, setAsking] = useState<Action | null>(null);
  const [taken, setTaken] = useState('');
  const press = (event: KeyboardEvent, action: Action): void => {
    if (ONLY_MODIFIERS.has(event.key)) return;
    event.preventDefault();
    event.stopPropagation();
    setAsking(null);
    if (event.key === 'Escape') return;
    const by = remap(action, keyName(event.nativeEvent));
    setTaken(by === null ? '' : `${keyName(event.nativeEvent)} is already “${labelOf(by)}”.`);
  };
  return (
    <Dialog
      title="Keys"
      onClose={onClose}
      footer={
        <button type="button" onClick={shippedKeys}>
          As shipped
        </button>
      }
    >
      {taken === '' ? null : (
        <p className="trust error" role="alert">
          ✖ {taken}
        </p>
      )}
      <table className="plain">
        <tbody>
          {ACTIONS.map(({ action, label }) => (
            <tr key={action}>
              <td>{label}</td>
              <td>
                <kbd>{keys[action]}</kbd>
              </td>
              <td>
                <button
                  type="button"
                  data-captures-keys
                  onClick={() => setAsking(action)}
                  onKeyDown={asking === action ? (event) => press(event, action) : undefined}
                >
                  {asking === action ? 'Press the new key, Esc to keep' : 'Change'}
                </button>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Dialog>
  );
}

function labelOf(action: Action): string {
  return ACTIONS.find((one) => one.action === action)?.label ?? action;
}
