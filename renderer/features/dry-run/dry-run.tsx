import type { PositionShown } from '#core/positions/contract.ts';
import { useCommand } from '#renderer/api/command.ts';
import type { DryRunShown } from '#renderer/api/shapes.ts';
import { Dialog } from '#renderer/look/dialog.tsx';
import { Outcome } from '#renderer/look/said.tsx';
import { Ask } from './ask.tsx';
import { Plan } from './plan.tsx';

/** An exit from the question to the approval: of the selected rows, or of all that may be closed (null). */
export function DryRun(props: {
  readonly rows: readonly PositionShown[] | null;
  /** Nothing was selected: the one row is that under the cursor. */
  readonly isCursor: boolean;
  /** Of the rows, those that the filter hid. */
  readonly hidden: number;
  readonly onClose: () => void;
  readonly onApproved: (runId: string) => void;
}) {
  const { doing, run, reset } = useCommand<DryRunShown>();
  return (
    <Dialog
      title={titleOf(props.rows, props.isCursor)}
      grave={doing.state === 'done'}
      wide
      onClose={props.onClose}
    >
      {props.rows !== null && props.hidden > 0 ? (
        <p className="trust stale">
          ⚠ {props.hidden} of these are hidden by the filter: they are selected, and this exit takes them too.
        </p>
      ) : null}
      {doing.state === 'done' ? (
        <Plan dryRun={doing.value} onAgain={reset} onApproved={props.onApproved} />
      ) : (
        <>
          <Ask
            rows={props.rows}
            asking={doing.state === 'asked'}
            onAsk={(asked) => void run((calls) => calls.squareOff.dryRun(asked))}
          />
          <Outcome doing={doing} />
        </>
      )}
    </Dialog>
  );
}

function titleOf(rows: readonly PositionShown[] | null, isCursor: boolean): string {
  if (rows === null) return 'Exit all';
  return isCursor ? 'Exit the row under the cursor' : `Exit ${rows.length} selected`;
}
