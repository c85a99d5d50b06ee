import { useEffect, useState } from 'react';
import type { Failure } from '#renderer/api/failure.ts';
import { countdown } from './format.ts';

const TICK_MS = 250;
/** `wait 4 min 12 s`, as the desk says it after too many wrong tries. */
const WAIT = /\bwait (?:(\d+) min )?(\d+) s\b/;

/** Counts down what a refusal says to wait; nothing where it says no such thing. */
export function Wait({ why }: { readonly why: Failure }) {
  const ms = waitMs(why.text);
  return ms === null ? null : <Left ms={ms} from={why} />;
}

function Left({ ms, from }: { readonly ms: number; readonly from: Failure }) {
  const [left, setLeft] = useState(ms);
  useEffect(() => {
    const until = performance.now() + ms;
    const timer = setInterval(() => setLeft(Math.max(0, until - performance.now())), TICK_MS);
    return () => clearInterval(timer);
    // Each refusal counts anew, also where it says the same.
  }, [ms, from]);
  return (
    <strong className="wait mono" role="timer">
      {left > 0 ? `▸ ${countdown(left)}` : '✓ you may try again now'}
    </strong>
  );
}

function waitMs(text: string): number | null {
  const found = WAIT.exec(text);
  return found === null ? null : (Number(found[1] ?? 0) * 60 + Number(found[2])) * 1000;
}
