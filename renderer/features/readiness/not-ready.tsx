import { useState } from 'react';
import { istTime } from '#core/model/market-clock.ts';
import type { Readiness } from '#core/desk/contract.ts';
import { useReadiness } from '#renderer/api/readiness.ts';
import { Dialog } from '#renderer/look/dialog.tsx';
import { words } from '#renderer/look/format.ts';

/** Under the top bar while the desk has to be ready and is not; not there when it is. Every check is behind it. */
export function NotReady() {
  const seen = useReadiness();
  const [open, setOpen] = useState(false);
  if (!('value' in seen) || !seen.value.due || seen.value.ready) return null;
  const [first, ...others] = seen.value.checks.filter(({ ok }) => !ok);
  return (
    <div className="not-ready" role="note" aria-label="Readiness">
      {seen.state === 'stale' ? <strong>⚠ OLD</strong> : null}
      <strong>✖ Not ready: {first?.text}</strong>
      {others.length === 0 ? null : <span>(+{others.length})</span>}
      <button type="button" onClick={() => setOpen(true)}>
        All checks
      </button>
      {open ? <Checks readiness={seen.value} onClose={() => setOpen(false)} /> : null}
    </div>
  );
}

function Checks(props: { readonly readiness: Readiness; readonly onClose: () => void }) {
  const { atMs, checks } = props.readiness;
  return (
    <Dialog title="Could this desk take over now?" wide onClose={props.onClose}>
      <p className="dim">As of {istTime(atMs)}, in the order in which to mend it.</p>
      <table className="plain">
        <tbody>
          {checks.map(({ check, ok, text }) => (
            <tr key={check}>
              <td className={ok ? 'good' : 'bad'}>
                <strong>{ok ? '✓ ok' : '✖ NOT'}</strong>
              </td>
              <td>{words(check)}</td>
              <td>{text}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Dialog>
  );
}
