import type { DeskStatus } from '#core/desk/contract.ts';
import type { SyncShown } from '#core/sync/contract.ts';
import { istTime } from '#core/model/market-clock.ts';
import { useSync } from '#renderer/api/sync.ts';
import type { Seen } from '#renderer/api/query.ts';
import { duration, quantity, words } from '#renderer/look/format.ts';

interface Said {
  readonly tone: 'good' | 'warn' | 'bad' | 'dim';
  readonly text: string;
  readonly title?: string;
}

/** Main as the desk judges it, the link to it, how old its book is, and what it was not handed yet. */
export function MainLink({ seen, now }: { readonly seen: DeskStatus; readonly now: number }) {
  const sync = useSync();
  const lines: readonly Said[] = [
    mainSaid(seen, now),
    waitingSaid(seen, sync),
    linkSaid(sync),
    {
      tone: seen.journal.writable ? 'dim' : 'bad',
      text: seen.journal.writable
        ? `journal #${seen.journal.seq}`
        : '✖ JOURNAL NOT WRITABLE: nothing is sent',
      title: seen.journal.hash,
    },
    bookSaid(seen, sync, now),
  ];
  return (
    <div className="main-link" aria-label="Main">
      {lines.map(({ tone, text, title }) => (
        <span key={text} className={tone} title={title}>
          {text}
        </span>
      ))}
    </div>
  );
}

function mainSaid({ main: { state, sinceMs } }: DeskStatus, now: number): Said {
  const age = sinceMs > 0 && state !== 'up' ? ` ${duration(now - sinceMs)}` : '';
  return state === 'up'
    ? { tone: 'good', text: '● main up' }
    : { tone: 'bad', text: `✖ main ${words(state)}${age}` };
}

/** By file only the files count, not the facts of the log; trades that are in no file yet are counted by nobody. */
function waitingSaid({ factsNotHandedBack }: DeskStatus, sync: Seen<SyncShown>): Said {
  if (!('value' in sync) || sync.value.link !== 'off') {
    const tone = factsNotHandedBack > 0 ? 'warn' : 'dim';
    return { tone, text: `${quantity(factsNotHandedBack)} facts not handed back` };
  }
  const { waiting } = sync.value.handback;
  return waiting === 0
    ? { tone: 'dim', text: 'handed back by file' }
    : { tone: 'warn', text: `${quantity(waiting)} trades in files wait for main` };
}

const LINKS: Readonly<Record<SyncShown['link'], Pick<Said, 'tone' | 'text'>>> = {
  off: { tone: 'warn', text: '■ no link to main here' },
  connecting: { tone: 'warn', text: '◌ link connecting' },
  up: { tone: 'dim', text: '● link up' },
  down: { tone: 'bad', text: '✖ link DOWN' },
};

function linkSaid(sync: Seen<SyncShown>): Said {
  if (!('value' in sync)) return { tone: 'warn', text: '? link not known' };
  const { link, linkSinceMs, linkText } = sync.value;
  const since = link === 'off' || linkSinceMs <= 0 ? '' : ` since ${istTime(linkSinceMs)}`;
  return { ...LINKS[link], text: `${LINKS[link].text}${since}`, title: linkText };
}

/**
 * A book that is old says so in words: exits by it close what main may have closed already. In an emergency no book is
 * taken from main, and until the certificate none is: there it is only told of when the last one is.
 */
function bookSaid({ mode }: DeskStatus, sync: Seen<SyncShown>, now: number): Said {
  if (!('value' in sync)) return { tone: 'warn', text: '? book not known' };
  const { book } = sync.value;
  if (book === null) return { tone: 'warn', text: '⚠ no book from main' };
  if (mode === 'EMERGENCY' || mode === 'HANDBACK') {
    return { tone: 'dim', text: `main’s book is of ${istTime(book.asOfMs)}`, title: book.text };
  }
  const age = duration(now - book.asOfMs);
  return book.stale
    ? { tone: 'bad', text: `⚠ BOOK STALE: ${age} old`, title: book.text }
    : { tone: 'dim', text: `book ${age} old`, title: book.text };
}
