import type { FactKind } from '#core/events.ts';
import { useCommand } from '#renderer/api/command.ts';
import { useQuery } from '#renderer/api/query.ts';
import type { LockoutShown } from '#renderer/api/shapes.ts';
import { countdown } from '#renderer/look/format.ts';
import { Outcome, Trust } from '#renderer/look/said.tsx';
import { useNow } from '#renderer/look/ticking.ts';

const CHANGED_BY: ReadonlySet<FactKind> = new Set<FactKind>(['locked-out', 'lockout-released', 'signed-in']);
const EVERY_MS = 5_000;
const SHOWN_MAX = 200;

/** Who, and which origin, must wait after wrong tries. An admin may let them try again at once. */
export function Lockouts() {
  const seen = useQuery('lockouts', {
    ask: (calls) => calls.auth.lockouts(),
    changedBy: CHANGED_BY,
    everyMs: EVERY_MS,
  });
  const { doing, run } = useCommand<{ readonly released: boolean }>();
  const all = 'value' in seen ? seen.value.lockouts : [];
  const shown = all.slice(0, SHOWN_MAX);
  return (
    <>
      <Trust seen={seen} what="the lockouts" />
      <Outcome
        doing={doing}
        done={
          doing.state === 'done' && doing.value.released
            ? 'Released: they may try again.'
            : 'It was over already.'
        }
      />
      <div className="list">
        {seen.state === 'ready' && all.length === 0 ? (
          <p className="dim read">Nobody is locked out.</p>
        ) : null}
        {shown.length === 0 ? null : (
          <table className="plain">
            <thead>
              <tr>
                <th>What</th>
                <th>Who</th>
                <th className="numeric">Wrong tries</th>
                <th>May try again in</th>
                <th>Action</th>
              </tr>
            </thead>
            <tbody>
              {shown.map((one) => (
                <Row
                  key={`${one.what} ${one.who}`}
                  one={one}
                  onRelease={() => void run((calls) => calls.auth.release({ what: one.what, who: one.who }))}
                />
              ))}
            </tbody>
          </table>
        )}
        {all.length > SHOWN_MAX ? <p className="dim">and {all.length - SHOWN_MAX} more</p> : null}
      </div>
    </>
  );
}

function Row({ one, onRelease }: { readonly one: LockoutShown; readonly onRelease: () => void }) {
  const now = useNow();
  return (
    <tr>
      <td>{one.what === 'user' ? 'a person' : 'an origin'}</td>
      <td>
        <strong>{one.who}</strong>
      </td>
      <td className="numeric">{one.failures}</td>
      <td className="mono">{one.untilMs > now ? countdown(one.untilMs - now) : 'now'}</td>
      <td>
        <button type="button" onClick={onRelease}>
          Let {one.who} try again
        </button>
      </td>
    </tr>
  );
}
