import type { ModeShown, SyncShown } from '#core/sync/contract.ts';
import { useMode, useSync } from '#renderer/api/sync.ts';
import { quantity } from '#renderer/look/format.ts';
import { useKeymap } from '#renderer/look/keys.ts';
import { byFileWords, progressOf } from './progress-words.ts';

/** On every other view while a handback is on, or stands: how far it is, and what is wrong. */
export function HandbackStrip({ onOpen }: { readonly onOpen: () => void }) {
  const seen = useSync();
  const mode = useMode();
  const keys = useKeymap();
  if (!('value' in seen)) return null;
  const now = 'value' in mode ? mode.value.mode : null;
  const wrong = wrongOf(seen.value, now);
  const on = now === 'HANDBACK';
  if (!on && wrong === '') return null;
  const stands = on && progressOf(seen.value, now).stands;
  return (
    <div
      className={`run-strip${wrong === '' ? '' : ' wrong'}${stands && wrong === '' ? ' paused' : ''}`}
      role="status"
      aria-label="Handback"
    >
      {on ? <strong>⇄ HANDBACK</strong> : null}
      {seen.state === 'stale' ? <span className="bad">✖ OLD</span> : null}
      {on ? <Progress shown={seen.value} /> : null}
      {wrong === '' ? null : <strong>✖ {wrong}</strong>}
      <button type="button" onClick={onOpen}>
        Open <kbd>{keys.handback}</kbd>
      </button>
    </div>
  );
}

function Progress({ shown }: { readonly shown: SyncShown }) {
  if (shown.link === 'off') return <span>by file: {byFileWords(shown.handback)}</span>;
  const { all, durable, speed, stands } = progressOf(shown, 'HANDBACK');
  return (
    <>
      <progress value={durable} max={Math.max(1, all)} aria-label="facts that are stored at main" />
      <span>
        {quantity(durable)} of {quantity(all)} facts at main
      </span>
      <span>{stands ? `⚠ ${speed}` : speed}</span>
    </>
  );
}

/** What a person must see now, the worst first; empty: nothing. Where main is the authority it holds nothing. */
function wrongOf({ doubleCloses, handback, fence }: SyncShown, mode: ModeShown['mode'] | null): string {
  const holds = mode === 'EMERGENCY' || mode === 'HANDBACK';
  const said = [
    handback.oldCopy ? 'THIS FILE IS AN OLD COPY' : '',
    doubleCloses.length > 0 ? `${doubleCloses.length} CLOSED TWICE` : '',
    handback.notTaken === null ? '' : `MAIN DOES NOT TAKE FACT #${handback.notTaken.at.seq}`,
    holds && fence?.obeyed === false ? 'MAIN DOES NOT HOLD ITS ORDERS' : '',
  ];
  return said.filter((text) => text !== '').join(' · ');
}
