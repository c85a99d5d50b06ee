import { useSyncExternalStore } from 'react';
import { client, connection, cover, who } from './desk.ts';

/** The desk hears of a touch at most so often. */
const TOLD_EVERY_MS = 30_000;
const LOOKED_EVERY_MS = 1_000;
/** So long before the screen covers itself, it says so. */
const WARNED_MS = 60_000;
const TOUCHES = ['keydown', 'pointerdown', 'pointermove', 'wheel'] as const;

let touchedAt = performance.now();
let toldAt = Number.NEGATIVE_INFINITY;

/** Tells the desk that a person is here, and covers the screen when nobody is. Called once. */
export function watchPresence(): void {
  for (const touch of TOUCHES) window.addEventListener(touch, touched, { capture: true, passive: true });
  setInterval(() => {
    const left = leftMs();
    if (left !== null && left <= 0 && connection.get().state !== 'covered') cover();
  }, LOOKED_EVERY_MS);
}

/** Seconds until this screen covers itself; null while that is far. */
export function useCoversIn(): number | null {
  return useSyncExternalStore(everySecond, () => {
    const left = leftMs();
    return left === null || left > WARNED_MS ? null : Math.max(0, Math.ceil(left / 1000));
  });
}

function everySecond(listener: () => void): () => void {
  const timer = setInterval(listener, LOOKED_EVERY_MS);
  return () => clearInterval(timer);
}

function leftMs(): number | null {
  const signedIn = who.get();
  return signedIn === null ? null : touchedAt + signedIn.idleLockMs - performance.now();
}

function touched(): void {
  touchedAt = performance.now();
  if (connection.get().state !== 'up' || touchedAt - toldAt < TOLD_EVERY_MS) return;
  toldAt = touchedAt;
  // A touch that is not heard costs nothing: the next one says the same.
  client()
    ?.sessions.touch()
    .catch(() => undefined);
}
