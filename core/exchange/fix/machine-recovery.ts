/**
 * Gaps, both ways. Theirs: later messages are held, never applied, until the missing ones came. Ours: the peer's word
 * that it lacks messages is passed on, and answered with gap fills; orders are never sent a second time.
 */
import { decode, type Field, type Message } from './codec.ts';
import { reject, send, logoutAndDisconnect, type Turn } from './machine-turn.ts';
import {
  MAX_REPLAY,
  MAX_RESEND_ATTEMPTS,
  MAX_SAME_RESEND_REQUESTS,
  type HeldMessage,
  type Lookup,
} from './machine-types.ts';
import { isAdminType, isHeaderTag, isTrailerTag, REJECT } from './messages.ts';

/** EndSeqNo by which older engines mean "all". */
const OLD_INFINITY = 999_999;

/** Keeps a message that came too early, and asks for what is missing. */
export function hold(turn: Turn, message: Message, seq: number, answered: boolean): void {
  const { state, config } = turn;
  const known = state.held.some((held) => held.seq === seq);
  if (!known && state.held.length >= config.maxHeldMessages) {
    turn.effects.push({ kind: 'limit', name: 'held-messages' });
  } else if (!known) {
    state.held = insert(state.held, { seq, message, answered });
  }
  const gap = state.gap;
  // A repeat that leaves a hole of its own means that a part of the resend was lost.
  const holeInResend = gap !== undefined && message.flag(43) && gap.from !== state.nextIn;
  if (gap === undefined || holeInResend) askForGap(turn, seq - 1);
}

function insert(held: readonly HeldMessage[], item: HeldMessage): readonly HeldMessage[] {
  let place = held.length;
  while (place > 0 && (held[place - 1]?.seq ?? 0) > item.seq) place -= 1;
  return [...held.slice(0, place), item, ...held.slice(place)];
}

/** Asks for everything from the first missing message on. */
export function askForGap(turn: Turn, upTo: number): void {
  const { state } = turn;
  const again = state.gap?.from === state.nextIn ? state.gap.attempts + 1 : 1;
  if (again > MAX_RESEND_ATTEMPTS) {
    logoutAndDisconnect(turn, `messages from ${state.nextIn} were asked for and never came`);
    return;
  }
  send(turn, '2', [
    [7, state.nextIn],
    [16, 0],
  ]);
  noteGap(turn, upTo, again);
}

/** Notes a gap that the peer fills unasked (it heard our 789); asked for later if it does not. */
export function noteGap(turn: Turn, upTo: number, attempts = 0): void {
  turn.state.gap = { from: turn.state.nextIn, upTo, askedMs: turn.now, attempts };
}

export function forgetFilledGap(turn: Turn): void {
  if (turn.state.gap !== undefined && turn.state.nextIn > turn.state.gap.upTo) turn.state.gap = undefined;
}

/** The peer asks for ours. Answered whatever its own number is, because both sides may be asking at once. */
export function answerResendRequest(turn: Turn, message: Message, seq: number): boolean {
  const { state } = turn;
  const begin = message.int(7) ?? 0;
  const end = message.int(16) ?? -1;
  if (begin < 1 || begin >= state.nextOut || (end !== 0 && end < begin)) {
    reject(turn, message, { reason: REJECT.valueIncorrect, tag: 7 });
    return false;
  }
  const open = end === 0 || end === OLD_INFINITY || end >= state.nextOut;
  const last = open ? state.nextOut - 1 : end;
  const times = state.peerAsked?.from === begin ? state.peerAsked.times + 1 : 1;
  state.peerAsked = { from: begin, times };
  if (times > MAX_SAME_RESEND_REQUESTS) {
    logoutAndDisconnect(turn, `asked for messages from ${begin} too often`);
    return false;
  }
  // A request with an old number is a stale word: it proves nothing about what the peer has now.
  if (seq >= state.nextIn) turn.effects.push({ kind: 'peer-lacks', fromSeq: begin, toSeq: last });
  resendRange(turn, begin, last);
  resendBarriers(turn, begin, last);
  return true;
}

/** Answers for ours from `begin` to `last`: gap fills, with stored business messages between them if configured. */
export function resendRange(turn: Turn, begin: number, last: number): void {
  let gapFrom = begin;
  if (turn.config.replayApplication) {
    const until = Math.min(last, begin + MAX_REPLAY - 1);
    if (until < last) turn.effects.push({ kind: 'limit', name: 'replay' });
    for (let seq = begin; seq <= until; seq += 1) {
      const stored = turn.lookup(seq);
      if (stored === undefined || isAdminType(stored.type)) continue;
      if (gapFrom < seq) gapFill(turn, gapFrom, seq);
      replay(turn, seq, stored);
      gapFrom = seq + 1;
    }
  }
  if (gapFrom <= last) gapFill(turn, gapFrom, last + 1);
}

function gapFill(turn: Turn, from: number, next: number): void {
  const body: Field[] = [
    [36, next],
    [123, 'Y'],
  ];
  send(turn, '4', body, { resendAs: from });
}

const SET_ANEW: ReadonlySet<number> = new Set([8, 9, 10, 34, 35, 43, 49, 52, 56, 122]);

function replay(turn: Turn, seq: number, stored: NonNullable<ReturnType<Lookup>>): void {
  const decoded = decode(stored.bytes);
  if (!decoded.ok) {
    gapFill(turn, seq, seq + 1);
    return;
  }
  const header: Field[] = [];
  const body: Field[] = [];
  for (const [tag, value] of decoded.value.fields()) {
    if (SET_ANEW.has(tag) || isTrailerTag(tag)) continue;
    (isHeaderTag(tag) ? header : body).push([tag, value]);
  }
  const originalTime = decoded.value.get(52);
  send(turn, stored.type, body, {
    resendAs: seq,
    header,
    ...(originalTime === undefined ? {} : { originalTime }),
  });
}

/** A gap fill jumps over our TestRequests too: a barrier among them would wait for ever. */
function resendBarriers(turn: Turn, begin: number, last: number): void {
  const { state } = turn;
  state.barriers = state.barriers.map((barrier) => {
    if (barrier.seq < begin || barrier.seq > last) return barrier;
    const seq = send(turn, '1', [[112, barrierText(barrier.id)]]);
    return { ...barrier, seq, sentMs: turn.now };
  });
}

/** TestReqID (112) of a barrier. */
export function barrierText(id: string): string {
  return `BARRIER-${id}`;
}
