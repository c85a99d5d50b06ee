import { hexOf } from '#core/journal/chain.ts';
import type { StoredHead, StoredRow } from '#core/journal/rows.ts';
import type { SyncShown } from './contract.ts';
import type { Emergency } from './domain-emergency.ts';
import { Speed, type Handover } from './domain-handback.ts';
import type { FactsNotTaken } from './events.ts';
import { MESSAGE_TEXT_MAX, type FactRow, type FromMain, type Place, type SignedHead } from './messages.ts';
import type { HandbackDeps } from './service-handback-deps.ts';
import { forgetKept, storedAcked, writeAcked } from './store-handback.ts';

/** How often the acknowledged place is kept, timers are looked at and a full queue is tried again. */
const TICK_MS = 500;
/** Characters of one message of facts, about: a row that is longer goes alone. */
const BATCH_CHARS = 1024 * 1024;
/** What a row adds beside its body. */
const ROW_CHARS = 300;

export interface Sender {
  start(): () => void;
  /** A person looked: what main did not take is sent again. */
  again(): void;
  /** What stops the handback until persons act; null: nothing. */
  notTaken(): FactsNotTaken | null;
  /** This file is an old copy of the desk's; null: it is not. */
  restored(): string | null;
  status(): SyncShown['handback'];
}

export interface SenderParts extends Pick<HandbackDeps, 'journal' | 'link' | 'host'> {
  readonly handover: Handover;
  readonly emergency: Emergency;
  /** Main greeted, and what it has is known. */
  readonly greeted: () => void;
  /** Main has more than before. */
  readonly progress: () => void;
}

/**
 * Hands the log over, row by row as it is stored: whenever the link is up and main is trusted, so in STANDBY and in
 * HANDBACK. Nothing is kept of what is on its way but its places; one message a turn, so that trading is not held up.
 */
export function createSender(parts: SenderParts): Sender {
  const { journal, link, host, handover, emergency } = parts;
  const speed = new Speed();
  const state: SenderState = { welcome: null, restored: null, blocked: null, dirty: false, due: false };

  /** In SUSPECT and EMERGENCY main is not trusted, even if its line seems up: its return is only offered. */
  const mayFlow = (): boolean =>
    state.restored === null &&
    state.blocked === null &&
    (emergency.mode === 'HANDBACK' || emergency.mode === 'STANDBY');

  const schedule = (): void => {
    if (state.due || !handover.isLive) return;
    state.due = true;
    host.soon(() => {
      state.due = false;
      if (mayFlow() && sendOne(parts, state)) schedule();
    });
  };

  const tick = (): void => {
    keepAcked(parts, state);
    speed.sample(host.now(), handover.acked().seq);
    if (handover.stalled(host.now())) host.log.warn('main is silent about facts: they are sent again');
    schedule();
  };

  return {
    start: () => {
      handover.remember(storedAcked(journal.reader));
      const known = emergency.notTaken;
      if (known !== null && stops(handover, known) && handover.acked().seq < known.at.seq)
        state.blocked = known;
      const look = (): void => {
        if (!greet(parts, state)) return;
        schedule();
        parts.greeted();
      };
      const ends = [
        link.on((message) => {
          if (hear(parts, state, message)) schedule();
        }),
        link.onState(look),
        journal.follow(journal.head().seq, schedule),
        host.every(TICK_MS, tick),
      ];
      look();
      return () => {
        for (const end of ends) end();
        keepAcked(parts, state);
      };
    },
    again: () => {
      state.blocked = null;
      handover.rewind(host.now());
      schedule();
    },
    notTaken: () => state.blocked,
    restored: () => state.restored,
    status: () => statusOf(parts, state, speed),
  };
}

interface SenderState {
  welcome: NonNullable<ReturnType<HandbackDeps['link']['state']>['welcome']> | null;
  restored: string | null;
  /** What main does not take; null again when a person asks for it, or main took it. */
  blocked: FactsNotTaken | null;
  /** The acknowledged place is not kept yet. */
  dirty: boolean;
  /** A turn is asked for. */
  due: boolean;
}

/** Takes main's word on rows. True when more may be due. */
function hear(parts: SenderParts, state: SenderState, message: FromMain): boolean {
  const { journal, host, handover } = parts;
  if (message.type === 'acked') {
    if (!handover.took(message.epoch, message.seq, journal.head().seq, host.now())) return false;
    state.dirty = true;
    host.reached('handback-ack');
    if (state.blocked !== null && handover.acked().seq >= state.blocked.at.seq) state.blocked = null;
    parts.progress();
    return true;
  }
  if (message.type !== 'not-taken') return false;
  const { epoch, seq, reason, text } = message;
  if (reason === 'gap' && handover.gap(host.now())) return true;
  const fact = { kind: 'facts-not-taken', v: 1, at: { epoch, seq }, reason, text } as const;
  if (stops(handover, fact)) refuseRow(parts, state, fact);
  return false;
}

/** Not of an epoch that two persons left: main remembers it and says it at every greeting, and nothing of it is due. */
function stops(handover: Handover, { at }: FactsNotTaken): boolean {
  return !handover.isOver(at.epoch);
}

/** Nothing more is sent until a person asks again; the same refusal is one fact. */
function refuseRow(
  { journal, host, handover, emergency }: SenderParts,
  state: SenderState,
  fact: FactsNotTaken,
): void {
  const known = emergency.notTaken;
  state.blocked = fact;
  handover.rewind(host.now());
  if (known !== null && samePlace(known.at, fact.at) && known.reason === fact.reason) return;
  host.log.error('main does not take facts', { seq: fact.at.seq, reason: fact.reason });
  journal.append([fact]);
}

const LAST_HEAD = 'SELECT max(seq) AS seq FROM heads WHERE seq <= ?';

/** Takes main's word on what it has when the link came up. True when handing over may begin. */
function greet({ journal, link, host, handover, emergency }: SenderParts, state: SenderState): boolean {
  const { state: linkState, welcome } = link.state();
  if (linkState !== 'up' || welcome === null) {
    if (state.welcome !== null) handover.lost();
    state.welcome = null;
    return false;
  }
  if (welcome === state.welcome) return false;
  state.welcome = welcome;
  const signedBy = (seq: number): number => Number(journal.reader.get(LAST_HEAD, seq)?.['seq'] ?? 0);
  const { acked, window } = welcome;
  const greeting = handover.welcome(acked, window, journal.head().seq, host.now(), signedBy);
  state.restored = greeting.kind === 'restored' ? greeting.text : null;
  if (greeting.kind === 'restored') {
    host.log.error(greeting.text);
    const known = emergency.hasMore;
    if (known === null || !samePlace(known.has, greeting.has))
      journal.append([{ kind: 'main-has-more', v: 1, has: greeting.has }]);
    return false;
  }
  state.dirty = true;
  if (state.blocked !== null && !stops(handover, state.blocked)) state.blocked = null;
  if (greeting.kind === 'less') {
    const { had, has } = greeting;
    host.log.warn('main is back with less than it had acknowledged', { had: had.seq, has: has.seq });
    journal.append([{ kind: 'main-has-less', v: 1, had, has }], (tx) => {
      writeAcked(tx, handover.places());
      forgetKept(tx, has.seq);
    });
  }
  return true;
}

/** Losing the newest word only means that main gets rows twice. */
function keepAcked({ journal, host, handover }: SenderParts, state: SenderState): void {
  if (!state.dirty) return;
  state.dirty = false;
  const kept = journal.append([], (tx) => {
    writeAcked(tx, handover.places());
  });
  if (!kept.ok) host.log.warn('the acknowledged place was not kept', { reason: kept.refusal.reason });
}

/** Sends the next message of facts. False: nothing is due, the window is full, or the link takes no more now. */
function sendOne(parts: SenderParts, state: SenderState): boolean {
  const { journal, link, host, handover } = parts;
  const due = handover.due(journal.head().seq);
  if (due === null) return false;
  const stored = journal.stored(due.after, due.limit);
  const rows = fitting(stored.rows);
  const last = rows.at(-1);
  if (last === undefined) return false;
  if (rows.length === 1 && last.body.length * 2 > MESSAGE_TEXT_MAX && isTooLong(last)) {
    const { epoch, seq, kind } = last;
    const text = `${kind} is longer than a message may be`;
    refuseRow(parts, state, { kind: 'facts-not-taken', v: 1, at: { epoch, seq }, reason: 'too-large', text });
    return false;
  }
  const heads = stored.heads.filter(({ seq }) => seq <= last.seq).map(headOf);
  if (!link.send({ type: 'facts', rows: rows.map(rowOf), heads })) return false;
  handover.wrote(last.seq);
  host.reached('handback-send');
  return true;
}

/** As many as make a message of reasonable size, one at least. In JSON a body becomes twice as long at most, about. */
function fitting(rows: readonly StoredRow[]): readonly StoredRow[] {
  let chars = 0;
  const end = rows.findIndex(({ body }) => (chars += body.length + ROW_CHARS) > BATCH_CHARS);
  return end === -1 ? rows : rows.slice(0, Math.max(end, 1));
}

function isTooLong({ body }: StoredRow): boolean {
  return JSON.stringify(body).length + ROW_CHARS * 4 > MESSAGE_TEXT_MAX;
}

function rowOf({ epoch, seq, atMs, kind, version, body, hash }: StoredRow): FactRow {
  return { epoch, seq, atMs, kind, version, body, hash: hexOf(hash) };
}

function headOf({ epoch, seq, hash, signature, publicKey }: StoredHead): SignedHead {
  return { epoch, seq, hash: hexOf(hash), signature: hexOf(signature), publicKey: hexOf(publicKey) };
}

function statusOf(
  { journal, handover, emergency }: SenderParts,
  { restored, blocked }: SenderState,
  speed: Speed,
): SyncShown['handback'] {
  const headSeq = journal.head().seq;
  const waiting = handover.waiting(headSeq);
  const perSecond = speed.perSecond();
  const { hasLess } = emergency;
  const lost =
    hasLess === null
      ? ''
      : `Main came back with the facts up to seq ${hasLess.has.seq}; it had had seq ${hasLess.had.seq}. They are handed over again.`;
  return {
    head: handover.placeOf(headSeq),
    acked: handover.acked(),
    waiting,
    perSecond,
    etaMs: waiting === 0 ? 0 : perSecond === 0 ? null : Math.ceil((waiting * 1000) / perSecond),
    notTaken: blocked === null ? null : { at: blocked.at, reason: blocked.reason, text: blocked.text },
    text: restored ?? lost,
    oldCopy: restored !== null,
  };
}

function samePlace(one: Place, other: Place): boolean {
  return one.epoch === other.epoch && one.seq === other.seq;
}
