/**
 * The FIX session as a pure machine: `step(config, state, input, now, lookup)` gives the next state and the effects to
 * carry out, in order. No sockets, no clock, no store; the given state is never changed.
 *
 * How to use it: one transaction per step. Store `saved(state)` and the effects (each `outbound` as its `journal`
 * bytes, each `deliver` with what it does), commit, then install the state, then write the bytes and close the
 * connection as the effects say. If the commit fails, keep the old state: the step never happened.
 *
 *   disconnected --connected--> logon-sent / awaiting-logon --Logon--> active --logout--> logout-sent
 *        ^                                |                              |                     |
 *        +------------------- disconnect, timeout, peer's Logout -------+---------------------+
 *   stopped: as disconnected, but only a person's `reset` leads out of it.
 *
 * Invariants: nextIn moves by one message at a time, only when that message has been acted upon, so that after a gap
 * and a disconnect the missing messages are asked for again. nextOut moves with every new outbound message. Business
 * messages come out in order, each number once.
 */
import { decode } from './codec.ts';
import { inSession } from './machine-inbound.ts';
import { beforeLogon, connected, resetNumbers } from './machine-logon.ts';
import { barrierText } from './machine-recovery.ts';
import { tick } from './machine-timers.ts';
import { disconnect, linkDown, send, startLogout, type Turn } from './machine-turn.ts';
import {
  MAX_BARRIERS,
  type AppMessage,
  type Lookup,
  type SavedSession,
  type SessionConfig,
  type SessionInput,
  type SessionState,
  type Step,
} from './machine-types.ts';
import { assert, assertNever } from '#core/lib/assert.ts';

const NOTHING_STORED: Lookup = () => undefined;

/** Numbers of a session that never logged on. */
export const NEW_SESSION: SavedSession = { nextOut: 1, nextIn: 1, stopped: undefined, resetPending: false };

/** The state of a session with no connection, from what was stored of it. */
export function initialState(stored: SavedSession = NEW_SESSION): SessionState {
  return {
    ...stored,
    phase: stored.stopped === undefined ? 'disconnected' : 'stopped',
    phaseSinceMs: 0,
    heartbeatMs: 0,
    lastSentMs: 0,
    lastReceivedMs: 0,
    testRequestOpen: false,
    held: [],
    gap: undefined,
    barriers: [],
    peerAsked: undefined,
  };
}

/** The part of a state to store. */
export function saved(state: SessionState): SavedSession {
  return {
    nextOut: state.nextOut,
    nextIn: state.nextIn,
    stopped: state.stopped,
    resetPending: state.resetPending,
  };
}

/** One step. `now` in epoch milliseconds; `lookup` is needed only where `replayApplication` is on. */
export function step(
  config: SessionConfig,
  state: SessionState,
  input: SessionInput,
  now: number,
  lookup: Lookup = NOTHING_STORED,
): Step {
  const turn: Turn = { config, state: { ...state }, effects: [], now, lookup };
  act(turn, input);
  return { state: turn.state, effects: turn.effects };
}

function act(turn: Turn, input: SessionInput): void {
  const open = isOpen(turn);
  switch (input.kind) {
    case 'connected':
      assert(!open, 'a session has one connection at a time');
      if (turn.state.stopped === undefined) return connected(turn);
      turn.effects.push({ kind: 'refused', reason: 'session-stopped', detail: turn.state.stopped });
      turn.effects.push({ kind: 'disconnect', reason: turn.state.stopped });
      return;
    case 'received':
      return received(turn, input.frame);
    case 'garbled':
      return garbled(turn, 'not a FIX message');
    case 'tick':
      return tick(turn);
    case 'send':
      return sendMessages(turn, input.messages);
    case 'barrier':
      return startBarrier(turn, input.id);
    case 'logout':
      if (turn.state.phase === 'active') startLogout(turn, input.text);
      else if (open && turn.state.phase !== 'logout-sent') disconnect(turn, input.text);
      return;
    case 'disconnected':
      if (open) linkDown(turn, input.reason);
      return;
    case 'reset':
      return resetByPerson(turn, input.by, input.reason);
    default:
      return assertNever(input);
  }
}

function isOpen(turn: Turn): boolean {
  return turn.state.phase !== 'disconnected' && turn.state.phase !== 'stopped';
}

function received(turn: Turn, frame: Uint8Array): void {
  if (!isOpen(turn)) return;
  const decoded = decode(frame);
  if (!decoded.ok) return garbled(turn, decoded.refusal.detail);
  const message = decoded.value;
  const logging = turn.state.phase === 'awaiting-logon' || turn.state.phase === 'logon-sent';
  if (logging && message.beginString !== turn.config.beginString) {
    return disconnect(turn, `BeginString is ${message.beginString}`);
  }
  return logging ? beforeLogon(turn, message) : inSession(turn, message);
}

/** Not a message: ignored, its number is not used up. Before a Logon it means a peer that speaks no FIX. */
function garbled(turn: Turn, detail: string): void {
  if (!isOpen(turn)) return;
  turn.effects.push({ kind: 'refused', reason: 'garbled', detail });
  if (turn.state.phase === 'awaiting-logon') disconnect(turn, 'garbled before a Logon');
}

function sendMessages(turn: Turn, messages: readonly AppMessage[]): void {
  if (turn.state.phase !== 'active') {
    const refs = messages.flatMap((message) => (message.ref === undefined ? [] : [message.ref]));
    turn.effects.push({ kind: 'refused', reason: 'not-active', detail: turn.state.phase, refs });
    return;
  }
  for (const message of messages) {
    send(turn, message.type, message.body, {
      ...(message.header === undefined ? {} : { header: message.header }),
      ...(message.ref === undefined ? {} : { ref: message.ref }),
    });
  }
}

function startBarrier(turn: Turn, id: string): void {
  const { state } = turn;
  if (state.phase !== 'active') {
    turn.effects.push({ kind: 'refused', reason: 'not-active', detail: `barrier ${id}` });
  } else if (state.barriers.length >= MAX_BARRIERS) {
    turn.effects.push({ kind: 'refused', reason: 'too-many-barriers', detail: id });
  } else {
    const seq = send(turn, '1', [[112, barrierText(id)]]);
    state.barriers = [...state.barriers, { id, seq, sentMs: turn.now, attempts: 1 }];
  }
}

function resetByPerson(turn: Turn, by: string, reason: string): void {
  const { state } = turn;
  if (by.trim() === '' || reason.trim() === '') {
    turn.effects.push({ kind: 'refused', reason: 'reset-needs-name-and-reason', detail: '' });
  } else if (isOpen(turn)) {
    turn.effects.push({ kind: 'refused', reason: 'reset-while-connected', detail: state.phase });
  } else {
    resetNumbers(turn);
    state.stopped = undefined;
    state.phase = 'disconnected';
    state.resetPending = true;
    turn.effects.push({ kind: 'sequence-reset', by, reason });
  }
}
