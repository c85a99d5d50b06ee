import type { ReactNode } from 'react';
import type { ModeShown, SyncShown } from '#core/sync/contract.ts';
import { useCommand } from '#renderer/api/command.ts';
import { quantity } from '#renderer/look/format.ts';
import { useKeymap } from '#renderer/look/keys.ts';
import { Outcome } from '#renderer/look/said.tsx';
import { byFileWords, placeWords, progressOf } from './progress-words.ts';

export interface StepsProps {
  readonly shown: SyncShown;
  /** Null while it is not known. */
  readonly mode: ModeShown['mode'] | null;
  /** Orders of ours that are or may be at the exchange and were not handed over; null while it is not known. */
  readonly working: number | null;
  readonly acts: boolean;
  readonly onPart: (part: 'differences' | 'orders') => void;
  readonly onSign: () => void;
}

type State = 'done' | 'now' | 'wrong' | 'unknown';
interface Step {
  readonly name: string;
  readonly state: State;
  readonly text: string;
  readonly act?: ReactNode;
}

const SIGNS: Readonly<Record<State, readonly [string, string]>> = {
  done: ['✓', 'good'],
  now: ['▸', 'warn'],
  wrong: ['✖', 'bad'],
  unknown: ['?', 'warn'],
};

/** Each step until the certificate: where it stands, and what to do. What the desk itself still misses is said last, in its own words. */
export function Steps(props: StepsProps) {
  const { shown, acts, onPart, onSign } = props;
  const { doing, run } = useCommand<unknown>();
  const keys = useKeymap();
  const steps: readonly Step[] = [
    accepted(props, keys['main-lost']),
    fenced(props),
    working(props, () => onPart('orders')),
    handed(props),
    compared(props, doing.state === 'asked', () => void run((calls) => calls.sync.reconcile())),
    decided(props, () => onPart('differences')),
  ];
  return (
    <section className="half" aria-label="Until the certificate">
      <h3>Until the certificate</h3>
      <ol className="steps">
        {steps.map(({ name, state, text, act }) => (
          <li key={name}>
            <strong className={SIGNS[state][1]}>{SIGNS[state][0]}</strong>
            <span>
              <strong>{name}</strong>
              <span>{text}</span>
            </span>
            <span>{act}</span>
          </li>
        ))}
      </ol>
      <Outcome doing={doing} done="Compared." />
      {shown.notYet.length === 0 ? (
        <p className="trust good">✓ The desk says: a certificate can be signed now.</p>
      ) : (
        <div className="band" role="status" aria-label="Not yet">
          <strong>
            {props.mode === 'HANDBACK' ? '✖ No certificate yet' : 'No certificate now'}. The desk says why:
          </strong>
          <ul>
            {shown.notYet.map((line) => (
              <li key={line}>{line}</li>
            ))}
          </ul>
        </div>
      )}
      {acts ? (
        <button type="button" className="grave" disabled={shown.notYet.length > 0} onClick={onSign}>
          Sign the {isSupplement(shown, props.mode) ? 'supplement' : 'certificate'}…
        </button>
      ) : null}
    </section>
  );
}

/** After a certificate, and before another emergency: what came later is a supplement of it. */
export function isSupplement({ certificates }: SyncShown, mode: ModeShown['mode'] | null): boolean {
  return certificates.length > 0 && mode === 'STANDBY';
}

function accepted({ mode }: StepsProps, key: string): Step {
  const name = 'Main is accepted back';
  if (mode === null) return { name, state: 'unknown', text: 'not known at this moment' };
  if (mode === 'HANDBACK') return { name, state: 'done', text: 'the desk is in HANDBACK: no new runs' };
  return mode === 'STANDBY'
    ? { name, state: 'done', text: 'the desk is in STANDBY: main is the authority' }
    : { name, state: 'now', text: `the desk is in ${mode}: ${key} declares main back` };
}

function fenced({ shown: { fence, link }, mode }: StepsProps): Step {
  const name = 'Main holds its own orders';
  if (mode === 'STANDBY')
    return { name: 'Main’s own orders', state: 'done', text: 'main trades its own book: it is not held' };
  if (mode === 'SUSPECT') return { name, state: 'now', text: 'to be asked when there is an emergency' };
  if (link === 'off')
    return { name, state: 'now', text: 'no link to ask by: RMS holds them, by the fence list (5)' };
  if (fence === null) return { name, state: 'now', text: 'not asked yet: ask it at the right' };
  if (fence.obeyed === null) return { name, state: 'now', text: 'asked, main has not answered' };
  return fence.obeyed
    ? { name, state: 'done', text: 'main obeys' }
    : { name, state: 'wrong', text: 'main does NOT obey: let RMS hold them, by the fence list (5)' };
}

function working({ working: open }: StepsProps, go: () => void): Step {
  const name = 'No order of ours works';
  if (open === null) return { name, state: 'unknown', text: 'not known at this moment' };
  if (open === 0) return { name, state: 'done', text: 'none is at the exchange, or main goes on with it' };
  return {
    name,
    state: 'now',
    text: `${quantity(open)} may work: wait, cancel, or hand over`,
    act: (
      <button type="button" onClick={go}>
        Orders <kbd>3</kbd>
      </button>
    ),
  };
}

function handed({ shown, mode }: StepsProps): Step {
  const { handback } = shown;
  const { speed, stands } = progressOf(shown, mode);
  const name = 'Main has every fact';
  if (handback.oldCopy) return { name, state: 'wrong', text: 'this file is an old copy: see above' };
  if (shown.link === 'off') {
    // What is in no file is not counted; only the desk's own word says that main has all.
    const state = shown.notYet.length === 0 ? 'done' : handback.waiting > 0 ? 'now' : 'unknown';
    return { name, state, text: `${byFileWords(handback)} (5)` };
  }
  if (handback.notTaken !== null) {
    return {
      name,
      state: 'wrong',
      text: `main does not take ${placeWords(handback.notTaken.at)}: see above`,
    };
  }
  return handback.waiting === 0
    ? { name, state: 'done', text: `stored there up to ${placeWords(handback.acked)}` }
    : {
        name,
        state: stands ? 'wrong' : 'now',
        text: `${quantity(handback.waiting)} wait; ${speed}`,
      };
}

function compared({ shown, mode, acts }: StepsProps, asked: boolean, go: () => void): Step {
  const { reconciled } = shown;
  const name = 'Desk, main and exchange are compared';
  // The desk compares while main takes over, and after it.
  const may = acts && mode !== 'SUSPECT' && mode !== 'EMERGENCY';
  const act = may ? (
    <button type="button" aria-busy={asked} onClick={go}>
      {asked ? '⋯ Comparing' : reconciled === null ? 'Compare' : 'Compare again'}
    </button>
  ) : undefined;
  if (reconciled === null) return { name, state: 'now', text: 'not yet, or no longer current', act };
  const { round, rows, agree, through } = reconciled;
  const text = `round ${round}, up to ${placeWords(through)}: ${quantity(agree)} of ${quantity(rows)} rows agree`;
  return { name, state: 'done', text, act };
}

function decided({ shown: { reconciled } }: StepsProps, go: () => void): Step {
  const name = 'Each difference is decided';
  if (reconciled === null) return { name, state: 'now', text: 'not known before they are compared' };
  const { differences, undecided } = reconciled;
  if (differences === 0) return { name, state: 'done', text: 'there is none' };
  return {
    name,
    state: undecided === 0 ? 'done' : 'now',
    text:
      undecided === 0
        ? `all ${quantity(differences)} are decided`
        : `${quantity(undecided)} of ${quantity(differences)} wait for your word`,
    act: (
      <button type="button" onClick={go}>
        Differences <kbd>2</kbd>
      </button>
    ),
  };
}
