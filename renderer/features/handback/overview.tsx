import type { SyncShown } from '#core/sync/contract.ts';
import { istTime } from '#core/model/market-clock.ts';
import { quantity } from '#renderer/look/format.ts';
import { Fence } from './fence.tsx';
import { placeWords, progressOf } from './progress-words.ts';
import { Steps, type StepsProps } from './steps.tsx';

/** How far the facts are, what main holds, and each step until the certificate. */
export function Overview(props: StepsProps) {
  return (
    <div className="list handback">
      <Progress shown={props.shown} />
      <div className="halves">
        <Steps {...props} />
        <Fence shown={props.shown} acts={props.acts} />
      </div>
    </div>
  );
}

const LINKS: Readonly<Record<SyncShown['link'], string>> = {
  off: '■ no main configured',
  connecting: '◌ connecting',
  up: '● up',
  down: '✖ DOWN',
};

function Progress({ shown }: { readonly shown: SyncShown }) {
  const { handback, link, linkSinceMs, main } = shown;
  const { all, durable, speed, stands } = progressOf(shown);
  const figures: readonly (readonly [string, string, string])[] = [
    ['facts wait', quantity(handback.waiting), handback.waiting > 0 ? 'warn' : 'good'],
    ['facts a second', quantity(handback.perSecond), ''],
    ['main has up to', placeWords(handback.acked), ''],
    ['our last fact', placeWords(handback.head), ''],
    [
      `link to ${main === '' ? 'main' : main}${linkSinceMs > 0 ? `, since ${istTime(linkSinceMs)}` : ''}`,
      LINKS[link],
      link === 'up' ? 'good' : 'bad',
    ],
  ];
  return (
    <div className="handed">
      <p className="read">
        <strong>
          {stands ? '⚠' : handback.waiting === 0 ? '✓' : '▸'} {quantity(durable)} of {quantity(all)} facts are
          durable at main
        </strong>
        : <span className={stands ? 'warn' : ''}>{speed}</span>
        {link === 'up' || shown.linkText === '' ? '' : ` (${shown.linkText})`}
      </p>
      {handback.text === '' ? null : <p className="trust stale">⚠ {handback.text}</p>}
      <progress value={durable} max={Math.max(1, all)} aria-label="facts that are durable at main" />
      <div className="figures">
        {figures.map(([label, value, tone]) => (
          <div key={label} className={`figure ${tone}`}>
            <b>{value}</b>
            <span>{label}</span>
          </div>
        ))}
      </div>
    </div>
  );
}
