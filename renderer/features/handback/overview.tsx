import type { SyncShown } from '#core/sync/contract.ts';
import { istTime } from '#core/model/market-clock.ts';
import { Figures, type FiguresShown } from '#renderer/look/figures.tsx';
import { quantity } from '#renderer/look/format.ts';
import { Fence } from './fence.tsx';
import { byFileWords, placeWords, progressOf } from './progress-words.ts';
import { Steps, type StepsProps } from './steps.tsx';

/** How far the facts are, what main holds, and each step until the certificate. */
export function Overview(props: StepsProps) {
  return (
    <div className="list handback">
      {props.shown.link === 'off' ? (
        <ByFileProgress shown={props.shown} />
      ) : (
        <Progress shown={props.shown} mode={props.mode} />
      )}
      <BookStale book={props.shown.book} />
      <div className="halves">
        <Steps {...props} />
        <Fence shown={props.shown} mode={props.mode} acts={props.acts} />
      </div>
    </div>
  );
}

/** The top bar says that the book is stale; here is why, in the desk's words. */
function BookStale({ book }: { readonly book: SyncShown['book'] }) {
  if (book === null || !book.stale) return null;
  return (
    <p className="warn">
      ⚠ Main’s book as of {istTime(book.asOfMs)} is stale: {book.text}
    </p>
  );
}

/** Nothing moves by itself, and what is in no file yet is not counted: no bar, and no word that main has all. */
function ByFileProgress({ shown: { handback } }: { readonly shown: SyncShown }) {
  const { acked, head } = handback;
  return (
    <div className="handed">
      <p className="read">
        <strong>■ By file, without a link to main</strong>: {byFileWords(handback)}.
      </p>
      <Figures
        figures={[
          ['trades in files wait', quantity(handback.waiting), handback.waiting > 0 ? 'warn' : ''],
          ['main acknowledged up to', acked.seq === 0 ? 'nothing yet' : placeWords(acked), ''],
          ['our last fact', placeWords(head), ''],
        ]}
      />
    </div>
  );
}

const LINKS: Readonly<Record<SyncShown['link'], string>> = {
  off: '■ none',
  connecting: '◌ connecting',
  up: '● up',
  down: '✖ DOWN',
};

function Progress({ shown, mode }: Pick<StepsProps, 'shown' | 'mode'>) {
  const { handback, link, linkSinceMs, main } = shown;
  const { all, durable, speed, stands } = progressOf(shown, mode);
  const figures: FiguresShown = [
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
          stored at main
        </strong>
        : <span className={stands ? 'warn' : ''}>{speed}</span>
        {link === 'up' || shown.linkText === '' ? '' : ` (${shown.linkText})`}
      </p>
      {handback.text === '' || handback.oldCopy ? null : <p className="trust stale">⚠ {handback.text}</p>}
      <progress value={durable} max={Math.max(1, all)} aria-label="facts that are stored at main" />
      <Figures figures={figures} />
    </div>
  );
}
