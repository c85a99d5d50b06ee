/** A message inside a session: is it ours, is it on time, is it its turn? */
import { parseUtc } from './codec-time.ts';
import type { Message } from './codec.ts';
import { areCompIdsRight, isSendingTimeRight, logonAgain, saysTooLow } from './machine-logon.ts';
import { applyInOrder, drain } from './machine-order.ts';
import { answerResendRequest, forgetFilledGap, hold } from './machine-recovery.ts';
import {
  disconnect,
  logoutAndDisconnect,
  markStopped,
  reject,
  send,
  startLogout,
  stop,
  type Turn,
} from './machine-turn.ts';
import { REJECT, validateMessage } from './messages.ts';

export function inSession(turn: Turn, message: Message): void {
  if (message.beginString !== turn.config.beginString) return wrongBeginString(turn, message);
  const seq = message.int(34);
  if (seq === undefined) return logoutAndDisconnect(turn, 'MsgSeqNum is missing');
  const fault = validateMessage(turn.config.beginString, message, turn.config.strictness);
  if (fault === undefined) {
    const reason = identityFault(turn, message);
    if (reason !== undefined) {
      reject(turn, message, { reason });
      // The peer may be answering our Logout: a second one would only confuse it.
      if (turn.state.phase !== 'logout-sent') startLogout(turn, '');
      return;
    }
    turn.state.lastReceivedMs = turn.now;
    turn.state.testRequestOpen = false;
    if (message.type === '5') return peerLogout(turn, message, seq);
    if (message.type === '2' && !isOldRepeat(turn, message, seq)) return resendRequested(turn, message, seq);
    if (message.type === '4' && !message.flag(123)) return sequenceReset(turn, message);
    if (message.type === 'A' && !isOldRepeat(turn, message, seq)) return logonAgain(turn, message, seq);
  }
  bySequence(turn, message, seq);
  forgetFilledGap(turn);
}

function identityFault(turn: Turn, message: Message): 9 | 10 | undefined {
  if (!isSendingTimeRight(turn, message)) return REJECT.sendingTimeAccuracy;
  return areCompIdsRight(turn, message) ? undefined : REJECT.compIdProblem;
}

function isOldRepeat(turn: Turn, message: Message, seq: number): boolean {
  return seq < turn.state.nextIn && message.flag(43);
}

function wrongBeginString(turn: Turn, message: Message): void {
  if (message.type === '5') return peerLogout(turn, message, message.int(34) ?? 0);
  if (turn.state.phase !== 'logout-sent') startLogout(turn, 'Incorrect BeginString');
}

function bySequence(turn: Turn, message: Message, seq: number): void {
  const { state } = turn;
  if (seq > state.nextIn) return hold(turn, message, seq, false);
  if (seq < state.nextIn) return tooLow(turn, message, seq);
  applyInOrder(turn, message, seq);
  drain(turn);
}

/** A repeat of what was applied is ignored; an old number that is no repeat means that one side lost its memory. */
function tooLow(turn: Turn, message: Message, seq: number): void {
  if (!message.flag(43)) {
    return stop(turn, `MsgSeqNum too low, expecting ${turn.state.nextIn} but received ${seq}`);
  }
  if (message.type === '4') return;
  const originalTime = message.get(122);
  if (originalTime === undefined) {
    return reject(turn, message, { reason: REJECT.requiredTagMissing, tag: 122 });
  }
  const originalMs = parseUtc(originalTime);
  const sentMs = parseUtc(message.get(52) ?? '');
  if (originalMs !== undefined && sentMs !== undefined && originalMs > sentMs) {
    reject(turn, message, { reason: REJECT.sendingTimeAccuracy });
    if (turn.state.phase !== 'logout-sent') startLogout(turn, '');
    return;
  }
  turn.effects.push({ kind: 'refused', reason: 'duplicate', detail: `MsgSeqNum ${seq} was applied before` });
}

/** A Logout counts whatever its number: after it nothing more comes, and a gap is asked for at the next logon. */
function peerLogout(turn: Turn, message: Message, seq: number): void {
  const { state } = turn;
  if (seq === state.nextIn) state.nextIn += 1;
  const text = message.get(58) ?? '';
  if (state.phase !== 'logout-sent') send(turn, '5', []);
  if (saysTooLow(text)) markStopped(turn, `the peer logged out: ${text}`);
  disconnect(turn, text === '' ? 'the peer logged out' : `the peer logged out: ${text}`);
}

function resendRequested(turn: Turn, message: Message, seq: number): void {
  const answered = answerResendRequest(turn, message, seq);
  if (!answered) return;
  const { state } = turn;
  if (seq > state.nextIn) return hold(turn, message, seq, true);
  if (seq === state.nextIn) {
    state.nextIn += 1;
    drain(turn);
  }
  forgetFilledGap(turn);
}

/** SequenceReset without gap fill: the peer gives up messages. Its own number is not looked at. */
function sequenceReset(turn: Turn, message: Message): void {
  const { state } = turn;
  const next = message.int(36) ?? 0;
  if (next < state.nextIn) return reject(turn, message, { reason: REJECT.valueIncorrect });
  if (next === state.nextIn) return;
  turn.effects.push({ kind: 'inbound-skipped', fromSeq: state.nextIn, toSeq: next - 1 });
  state.nextIn = next;
  drain(turn);
  forgetFilledGap(turn);
}
