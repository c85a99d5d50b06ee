import type { SyncShown } from '#core/sync/contract.ts';
import { useMode, useSync } from '#renderer/api/sync.ts';
import { quantity } from '#renderer/look/format.ts';
import { useKeymap } from '#renderer/look/keys.ts';
import { progressOf } from './progress-words.ts';

/** On every other view while a handback is on, or stands: how far it is, and what is wrong. */
export function HandbackStrip({ onOpen }: { readonly onOpen: () => void }) {
  const seen = useSync();
  const mode = useMode();
  const keys = useKeymap();
  if (!('value' in seen)) return null;
  const wrong = wrongOf(seen.value);
  const on = 'value' in mode && mode.value.mode === 'HANDBACK';
  if (!on && wrong === '') return null;
  const { all, durable, speed, stands } = progressOf(seen.value);
  return (
    <div
      className={`run-strip${wrong === '' ? '' : ' wrong'}${stands && wrong === '' ? ' paused' : ''}`}
      role="status"
      aria-label="Handback"
    >
      <strong>⇄ HANDBACK</strong>
      {seen.state === 'stale' ? <span className="bad">✖ OLD</span> : null}
      <progress value={durable} max={Math.max(1, all)} aria-label="facts that are durable at main" />
      <span>
        {quantity(durable)} of {quantity(all)} facts at main
      </span>
      <span>{stands ? `⚠ ${speed}` : speed}</span>
      {wrong === '' ? null : <strong>✖ {wrong}</strong>}
      <button type="button" onClick={onOpen}>
        Open <kbd>{keys.handback}</kbd>
      </button>
    </div>
  );
}

/** What a person must see now, the worst first; empty: nothing. */
function wrongOf({ doubleCloses, handback, fence }: SyncShown): string {
  const said = [
    doubleCloses.length > 0 ? `${doubleCloses.length} CLOSED TWICE` : '',
    handback.notTaken === null ? '' : `MAIN DOES NOT TAKE FACT #${handback.notTaken.at.seq}`,
    fence?.obeyed === false ? 'MAIN DOES NOT HOLD ITS ORDERS' : '',
  ];
  return said.filter((text) => text !== '').join(' · ');
}
