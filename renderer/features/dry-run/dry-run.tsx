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
  readonly onClose: () => void;
  readonly onApproved: (runId: string) => void;
}) {
  const { doing, run, reset } = useCommand<DryRunShown>();
  return (
    <Dialog
      title={props.rows === null ? 'Exit all' : `Exit ${props.rows.length} selected`}
      grave={doing.state === 'done'}
      wide
      onClose={props.onClose}
    >
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
