/** Messages whose turn it is: each is acted upon and moves nextIn, and then what was held behind it. */
import type { Message } from './codec.ts';
import { barrierText } from './machine-recovery.ts';
import { reject, send, type Turn } from './machine-turn.ts';
import { REJECT, validateMessage } from './messages.ts';

/** BusinessRejectReason (380): unsupported message type. */
const UNSUPPORTED_TYPE = 3;

/** Acts upon the next message in order. */
export function applyInOrder(turn: Turn, message: Message, seq: number): void {
  const { state, config } = turn;
  const fault = validateMessage(config.beginString, message, config.strictness);
  if (fault !== undefined) {
    // A Reject is never answered with a Reject: two engines would go on for ever.
    if (message.type !== '3') return reject(turn, message, fault);
    turn.effects.push({ kind: 'refused', reason: 'invalid', detail: 'a Reject that is not valid', message });
    state.nextIn = seq + 1;
    return;
  }
  if (message.type === '4') return gapFilled(turn, message, seq);
  if (message.type === '0') passBarrier(turn, message);
  else if (message.type === '1') send(turn, '0', [[112, message.get(112) ?? '']]);
  else if (message.type === '3') {
    turn.effects.push({ kind: 'peer-rejected', seq, refSeq: message.int(45) ?? 0, message });
  } else if (config.supportedTypes.has(message.type)) {
    const flags = { possDup: message.flag(43), possResend: message.flag(97) };
    turn.effects.push({ kind: 'deliver', seq, message, ...flags });
  } else {
    refuseType(turn, message, seq);
  }
  state.nextIn = seq + 1;
}

function refuseType(turn: Turn, message: Message, seq: number): void {
  send(turn, 'j', [
    [45, seq],
    [58, 'Unsupported Message Type'],
    [372, message.type],
    [380, UNSUPPORTED_TYPE],
  ]);
  turn.effects.push({ kind: 'refused', reason: 'unsupported-type', detail: message.type, message });
}

function gapFilled(turn: Turn, message: Message, seq: number): void {
  const next = message.int(36) ?? 0;
  if (next <= seq) return reject(turn, message, { reason: REJECT.valueIncorrect });
  turn.state.nextIn = next;
}

function passBarrier(turn: Turn, message: Message): void {
  const { state } = turn;
  const answer = message.get(112);
  const passed = state.barriers.find((barrier) => barrierText(barrier.id) === answer);
  if (passed === undefined) return;
  state.barriers = state.barriers.filter((barrier) => barrier !== passed);
  turn.effects.push({ kind: 'barrier-passed', id: passed.id });
}

/** Acts upon held messages as far as they follow without a gap, and drops those a gap fill jumped over. */
export function drain(turn: Turn): void {
  const { state } = turn;
  const held = state.held;
  let used = 0;
  for (; used < held.length; used += 1) {
    const item = held[used];
    if (item === undefined || item.seq > state.nextIn) break;
    if (item.seq < state.nextIn) continue;
    if (item.answered) state.nextIn += 1;
    else applyInOrder(turn, item.message, item.seq);
  }
  if (used > 0) state.held = held.slice(used);
}
