import { createStore, useStore } from '#renderer/api/store.ts';
import type { Tone } from './said.tsx';

interface Notice {
  readonly tone: Tone;
  readonly text: string;
}

const SHOWN_MS = 8_000;
const SIGNS: Partial<Record<Tone, string>> = { good: '✓', bad: '✖', warn: '⚠' };
const shown = createStore<Notice | null>(null);

/** One sentence about a thing done by key, where no dialog could say it. */
export function notice(tone: Tone, text: string): void {
  const one = { tone, text };
  shown.set(one);
  setTimeout(() => {
    if (shown.get() === one) shown.set(null);
  }, SHOWN_MS);
}

export function NoticeLine() {
  const now = useStore(shown);
  return now === null ? null : (
    <p className={`notice ${now.tone}`} role="alert">
      {SIGNS[now.tone] ?? '·'} {now.text}
    </p>
  );
}
