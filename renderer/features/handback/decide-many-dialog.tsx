import { useRef, useState } from 'react';
import type { DifferenceShown } from '#core/sync/contract.ts';
import { useCommand } from '#renderer/api/command.ts';
import { Dialog, ReadBack } from '#renderer/look/dialog.tsx';
import { quantity, words } from '#renderer/look/format.ts';
import { Outcome } from '#renderer/look/said.tsx';
import { TextField } from '#renderer/look/text-field.tsx';
import { proposedOf } from './repairs.ts';

const WHY_MIN = 5;
const WHY_MAX = 500;

/** Where main closed a whole book, its rows have one cause: they are decided as proposed, each a fact, with one reason. */
export function DecideManyDialog(props: {
  readonly rows: readonly DifferenceShown[];
  readonly onClose: () => void;
}) {
  // Kept as they were when it was opened: rows that are decided leave the list behind it.
  const [rows] = useState(props.rows);
  const [why, setWhy] = useState('');
  const [typed, setTyped] = useState('');
  const { doing, done, decide, stop } = useDecideAll(rows);
  const asked = doing.state === 'asked';
  const left = rows.slice(done);
  const wanted = `DECIDE ${left.length}`;
  const ready = typed === wanted && why.trim().length >= WHY_MIN && !asked;
  const close = (): void => {
    // What is decided stays; nothing more is.
    stop();
    props.onClose();
  };
  return (
    <Dialog title="Decide as proposed" grave onClose={close}>
      <form
        className="dialog-body"
        onSubmit={(event) => {
          event.preventDefault();
          if (!ready) return;
          void decide(why).then((all) => (all ? props.onClose() : setTyped('')));
        }}
      >
        <Groups rows={left} />
        <TextField
          label={`Why, for all of them: what you checked, with whom (at least ${WHY_MIN} characters)`}
          value={why}
          max={WHY_MAX}
          first
          onChange={setWhy}
        />
        {asked ? null : <ReadBack wanted={wanted} value={typed} onChange={setTyped} />}
        {asked || done > 0 ? (
          <p role="status">
            <progress value={done} max={rows.length} aria-label="rows decided" /> {quantity(done)} of{' '}
            {quantity(rows.length)} decided
          </p>
        ) : null}
        <Outcome doing={doing} />
        {asked ? (
          <button type="button" onClick={stop}>
            Stop: what is decided stays
          </button>
        ) : (
          <button type="submit" className="grave" disabled={!ready}>
            Decide {quantity(left.length)} as proposed <kbd>Enter</kbd>
          </button>
        )}
      </form>
    </Dialog>
  );
}

/** One after the other, until all are decided, one is refused, or it is stopped; then it goes on from there. */
function useDecideAll(rows: readonly DifferenceShown[]) {
  const [done, setDone] = useState(0);
  const stopped = useRef(false);
  const { doing, run } = useCommand<number>();
  const decide = async (why: string): Promise<boolean> => {
    stopped.current = false;
    const reached = await run(async (calls) => {
      let decided = done;
      for (const row of rows.slice(done)) {
        if (stopped.current) break;
        const { round, key } = row;
        const repair = proposedOf(row);
        if (repair !== null) await calls.sync.decide({ round, key, repair, why });
        decided += 1;
        setDone(decided);
      }
      return decided;
    });
    return reached === rows.length;
  };
  const stop = (): void => {
    stopped.current = true;
  };
  return { doing, done, decide, stop };
}

/** What is about to be decided, by cause and proposal. */
function Groups({ rows }: { readonly rows: readonly DifferenceShown[] }) {
  const groups = [...Map.groupBy(rows, ({ cause, proposed }) => `${words(cause)}|${words(proposed)}`)];
  return (
    <table className="plain read" aria-label="What is decided">
      <thead>
        <tr>
          <th className="numeric">Rows</th>
          <th>Cause</th>
          <th>Decided as</th>
        </tr>
      </thead>
      <tbody>
        {groups.map(([name, those]) => (
          <tr key={name}>
            <td className="numeric">{quantity(those.length)}</td>
            {name.split('|').map((part) => (
              <td key={part}>{part}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
