import { useState } from 'react';
import type { LinkShown } from '#core/exchange/contract.ts';
import { status } from '#renderer/api/desk.ts';
import { useCommand } from '#renderer/api/command.ts';
import { useStore } from '#renderer/api/store.ts';
import { Dialog, ReadBack } from '#renderer/look/dialog.tsx';
import { duration } from '#renderer/look/format.ts';
import { useNow } from '#renderer/look/ticking.ts';
import { Outcome } from '#renderer/look/said.tsx';

const REASON_MIN = 5;

/** Every session to every venue; a stopped one is reset here, by a person, with a reason. */
export function LinksDialog({ onClose }: { readonly onClose: () => void }) {
  const seen = useStore(status);
  const now = useNow();
  const [chosen, setChosen] = useState<LinkShown | null>(null);
  return (
    <Dialog title="Exchange sessions" wide onClose={onClose}>
      <table className="plain">
        <thead>
          <tr>
            <th>Venue</th>
            <th>Session</th>
            <th>State</th>
            <th>For</th>
            <th className="numeric">Next in</th>
            <th className="numeric">Next out</th>
            <th>Why</th>
            <th>Action</th>
          </tr>
        </thead>
        <tbody>
          {(seen?.links ?? []).map((link) => (
            <tr key={`${link.venue} ${link.session}`}>
              <td>{link.venue}</td>
              <td>{link.session}</td>
              <td className={link.state === 'up' ? 'good' : 'bad'}>
                <strong>{link.state.toUpperCase()}</strong>
              </td>
              <td className="mono">{duration(now - link.sinceMs)}</td>
              <td className="numeric mono">{link.nextIn}</td>
              <td className="numeric mono">{link.nextOut}</td>
              <td>{link.why}</td>
              <td>
                <button type="button" disabled={link.state !== 'stopped'} onClick={() => setChosen(link)}>
                  Reset sequence numbers…
                </button>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {chosen === null ? null : <Reset key={`${chosen.venue} ${chosen.session}`} link={chosen} />}
    </Dialog>
  );
}

function Reset({ link }: { readonly link: LinkShown }) {
  const [reason, setReason] = useState('');
  const [typed, setTyped] = useState('');
  const { doing, run } = useCommand<{ readonly reset: boolean }>();
  const wanted = `RESET ${link.venue}`;
  const ready = reason.trim().length >= REASON_MIN && typed === wanted && doing.state !== 'asked';
  return (
    <form
      className="dialog-body"
      onSubmit={(event) => {
        event.preventDefault();
        if (!ready) return;
        void run((calls) =>
          calls.exchange.resetSession({ venue: link.venue, session: link.session, reason }),
        );
      }}
    >
      <p>
        ⚠ After a reset of <strong>{link.venue}</strong> {link.session}, “unknown order” proves nothing: what
        was sent and not answered stays IN DOUBT until drop copy, positions or two persons decide. It is never
        sent again.
      </p>
      <label className="field">
        <span>Reason, and whom you spoke to at the exchange</span>
        <input autoFocus value={reason} onChange={(event) => setReason(event.target.value)} maxLength={500} />
      </label>
      <ReadBack wanted={wanted} value={typed} onChange={setTyped} />
      <Outcome doing={doing} done="Both sides start again at 1." />
      <button type="submit" className="grave" disabled={!ready}>
        Reset <kbd>Enter</kbd>
      </button>
    </form>
  );
}
