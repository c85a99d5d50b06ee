import { forMe, useApprovals } from '#renderer/api/approvals.ts';
import { callInWords } from '#renderer/look/approval-facts.tsx';
import { countdown } from '#renderer/look/format.ts';
import { useKeymap } from '#renderer/look/keys.ts';
import { useNow } from '#renderer/look/ticking.ts';

/** Under the top bar of every view: what waits for this person's word. Not there while nothing does. */
export function ToAgree({ onOpen }: { readonly onOpen: () => void }) {
  const seen = useApprovals();
  const keys = useKeymap();
  const now = useNow();
  const waiting = 'value' in seen ? forMe(seen.value) : [];
  const [soonest] = waiting.toSorted((one, other) => one.expiresAtMs - other.expiresAtMs);
  if (soonest === undefined) return null;
  return (
    <div className="to-agree">
      <strong>⚠ {waiting.length} to agree to</strong>
      <span>
        {soonest.by} asks: <strong>{callInWords(soonest.call)}</strong>, for{' '}
        <span className="mono">{countdown(soonest.expiresAtMs - now)}</span> more
      </span>
      <button type="button" onClick={onOpen}>
        Approvals <kbd>{keys.approvals}</kbd>
      </button>
    </div>
  );
}
