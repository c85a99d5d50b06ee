import { useState } from 'react';
import type { Entry } from '#core/events.ts';
import type { BreakGlassUsed } from '#core/auth/events.ts';
import { istTime } from '#core/model/market-clock.ts';
import { recentFacts } from '#renderer/api/desk.ts';
import { useStore } from '#renderer/api/store.ts';

/** Somebody opened the sealed envelope: stands over every view until it is seen. */
export function Alarm() {
  const facts = useStore(recentFacts);
  const [seenSeq, setSeenSeq] = useState(0);
  const last = facts.findLast(isBreakGlass);
  if (last === undefined || last.seq <= seenSeq) return null;
  const { name, why, address } = last.fact;
  return (
    <div className="alarm" role="alert">
      <strong>
        ⚠ BREAK GLASS at {istTime(last.atMs)} by “{name}” from {address || 'this machine'}: {why}
      </strong>
      <span>
        An admin’s rights for an hour. If it is not right, end that session and seal a new credential.
      </span>
      <button type="button" onClick={() => setSeenSeq(last.seq)}>
        Seen
      </button>
    </div>
  );
}

function isBreakGlass(entry: Entry): entry is Entry & { readonly fact: BreakGlassUsed } {
  return entry.fact.kind === 'break-glass-used';
}
