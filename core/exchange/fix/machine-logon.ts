/** From connected to a session: the only messages that count here are Logon and its refusal. */
import type { Field, Message } from './codec.ts';
import { parseUtc } from './codec-time.ts';
import { drain } from './machine-order.ts';
import { askForGap, hold, noteGap, resendRange } from './machine-recovery.ts';
import { disconnect, logoutAndDisconnect, markStopped, send, stop, type Turn } from './machine-turn.ts';
import { MAX_HEARTBEAT_SECONDS } from './machine-types.ts';
import { validateMessage } from './messages.ts';

export function connected(turn: Turn): void {
  const { config, state } = turn;
  state.phaseSinceMs = turn.now;
  state.lastSentMs = turn.now;
  state.lastReceivedMs = turn.now;
  state.heartbeatMs = config.heartbeatSeconds * 1_000;
  if (config.role === 'acceptor') {
    state.phase = 'awaiting-logon';
    return;
  }
  state.phase = 'logon-sent';
  const reset = config.resetOnLogon || state.resetPending;
  // A first try of an agreed reset may have gone unanswered: 141=Y is said at number 1 or not at all.
  if (reset) resetNumbers(turn);
  sendLogon(turn, config.heartbeatSeconds, reset);
}

export function resetNumbers(turn: Turn): void {
  const { state } = turn;
  state.nextOut = 1;
  state.nextIn = 1;
  state.held = [];
  state.gap = undefined;
  state.barriers = [];
  state.peerAsked = undefined;
}

/** `nextExpected` (789) is what we expect after the message in hand. */
function sendLogon(
  turn: Turn,
  heartbeatSeconds: number,
  reset: boolean,
  nextExpected = turn.state.nextIn,
): void {
  const { config } = turn;
  const body: Field[] = [
    [98, 0],
    [108, heartbeatSeconds],
  ];
  if (reset) body.push([141, 'Y']);
  if (config.credentials !== undefined && config.role === 'initiator') {
    body.push([553, config.credentials.username], [554, config.credentials.password]);
  }
  if (config.sendNextExpected && config.beginString !== 'FIX.4.2') body.push([789, nextExpected]);
  send(turn, 'A', body);
}

/** A message while there is no session yet. */
export function beforeLogon(turn: Turn, message: Message): void {
  const { state } = turn;
  const fault = validateMessage(turn.config.beginString, message, turn.config.strictness);
  if (!areCompIdsRight(turn, message)) {
    disconnect(turn, 'CompIDs of the first message are not ours');
  } else if (message.type === 'A') {
    if (fault !== undefined) disconnect(turn, 'Logon is not valid');
    else logon(turn, message);
  } else if (message.type === '5' && state.phase === 'logon-sent') {
    const text = message.get(58) ?? 'no reason given';
    if (message.int(34) === state.nextIn) state.nextIn += 1;
    if (saysTooLow(text)) markStopped(turn, `the peer refused our Logon: ${text}`);
    disconnect(turn, `the peer refused our Logon: ${text}`);
  } else {
    disconnect(turn, 'the first message is not a Logon');
  }
}

/** The peer has seen a higher number from us than we remember: our memory is the one that was lost. */
export function saysTooLow(text: string): boolean {
  return /too low/i.test(text);
}

export function areCompIdsRight(turn: Turn, message: Message): boolean {
  return message.get(49) === turn.config.targetCompId && message.get(56) === turn.config.senderCompId;
}

export function isSendingTimeRight(turn: Turn, message: Message): boolean {
  const sentMs = parseUtc(message.get(52) ?? '');
  return sentMs !== undefined && Math.abs(turn.now - sentMs) <= turn.config.sendingTimeToleranceMs;
}

function logon(turn: Turn, message: Message): void {
  const { config, state } = turn;
  const seq = message.int(34) ?? 0;
  const heartbeatSeconds = message.int(108) ?? -1;
  if (!isSendingTimeRight(turn, message)) return disconnect(turn, 'SendingTime of the Logon is off');
  if (message.get(98) !== '0') return logoutAndDisconnect(turn, 'EncryptMethod is not supported');
  if (heartbeatSeconds < 0 || heartbeatSeconds > MAX_HEARTBEAT_SECONDS) {
    return logoutAndDisconnect(turn, 'HeartBtInt is out of range');
  }
  const reset = message.flag(141);
  if (reset && seq !== 1) return logoutAndDisconnect(turn, 'ResetSeqNumFlag with a MsgSeqNum that is not 1');
  if (reset && !config.resetOnLogon && !state.resetPending) {
    return stop(turn, 'ResetSeqNumFlag was not agreed');
  }
  if (config.role === 'acceptor' && (config.resetOnLogon || reset)) resetNumbers(turn);
  if (seq < state.nextIn) {
    return stop(turn, `MsgSeqNum too low, expecting ${state.nextIn} but received ${seq}`);
  }
  const nextExpected = message.int(789);
  if (nextExpected !== undefined && nextExpected > state.nextOut) {
    return stop(
      turn,
      `NextExpectedMsgSeqNum too high, expecting ${state.nextOut} but received ${nextExpected}`,
    );
  }
  const ownNext = state.nextOut;
  if (config.role === 'acceptor') {
    const expected = seq === state.nextIn ? seq + 1 : state.nextIn;
    sendLogon(turn, heartbeatSeconds, reset, expected);
  }
  state.heartbeatMs = heartbeatSeconds * 1_000;
  established(turn, 'logged on');
  if (nextExpected !== undefined) retransmit(turn, nextExpected, ownNext);
  afterLogon(turn, message, seq);
}

function established(turn: Turn, reason: string): void {
  const { state } = turn;
  state.phase = 'active';
  state.phaseSinceMs = turn.now;
  state.lastReceivedMs = turn.now;
  state.resetPending = false;
  turn.effects.push({ kind: 'link', status: 'up', reason });
}

/** The peer's 789: what it lacks of ours is answered as if it had asked. */
function retransmit(turn: Turn, nextExpected: number, ownNext: number): void {
  turn.effects.push({ kind: 'peer-has', belowSeq: nextExpected });
  if (nextExpected >= ownNext || nextExpected < 1) return;
  turn.effects.push({ kind: 'peer-lacks', fromSeq: nextExpected, toSeq: ownNext - 1 });
  resendRange(turn, nextExpected, ownNext - 1);
}

function afterLogon(turn: Turn, message: Message, seq: number): void {
  const { state } = turn;
  if (seq === state.nextIn) {
    state.nextIn += 1;
    drain(turn);
  } else if (turn.config.sendNextExpected) {
    noteGap(turn, seq - 1);
    hold(turn, message, seq, true);
  } else {
    askForGap(turn, seq - 1);
    hold(turn, message, seq, true);
  }
}

/** A Logon inside a session: a reset of both sides where that is agreed, else a fault of the peer. */
export function logonAgain(turn: Turn, message: Message, seq: number): void {
  const { state, config } = turn;
  if (message.flag(141) && config.resetOnLogon && seq === 1) {
    resetNumbers(turn);
    sendLogon(turn, Math.floor(state.heartbeatMs / 1_000), true);
    state.nextIn = 2;
    turn.effects.push({ kind: 'sequence-reset', by: 'peer', reason: 'Logon with ResetSeqNumFlag' });
  } else if (message.flag(141)) {
    stop(turn, 'ResetSeqNumFlag was not agreed');
  } else {
    logoutAndDisconnect(turn, 'Logon inside a session');
  }
}
