/**
 * One step at work: a copy of the state to write on, the effects so far, and the few acts everything else is made of.
 * The state a step was given is never written to.
 */
import { blank } from './codec-blank.ts';
import { formatUtc } from './codec-time.ts';
import { encode, isFieldText, type Field, type Message } from './codec.ts';
import type { Lookup, SessionConfig, SessionEffect, SessionState } from './machine-types.ts';
import { REJECT_TEXT, type Fault } from './messages.ts';

type Draft = { -readonly [Key in keyof SessionState]: SessionState[Key] };

export interface Turn {
  readonly config: SessionConfig;
  readonly state: Draft;
  readonly effects: SessionEffect[];
  readonly now: number;
  readonly lookup: Lookup;
}

export interface SendOptions {
  /** Send under this old number, as a possible duplicate, without taking a new one. */
  readonly resendAs?: number;
  /** OrigSendingTime of a resend; now if absent. */
  readonly originalTime?: string;
  readonly header?: readonly Field[];
  readonly ref?: string;
}

/** Encodes a message and puts it among the effects. */
export function send(turn: Turn, type: string, body: readonly Field[], options: SendOptions = {}): number {
  const { config, state } = turn;
  const resend = options.resendAs !== undefined;
  const seq = options.resendAs ?? state.nextOut;
  const time = formatUtc(turn.now);
  const header: Field[] = [
    [34, seq],
    [49, config.senderCompId],
    [52, time],
    [56, config.targetCompId],
  ];
  if (resend) header.push([43, 'Y'], [122, options.originalTime ?? time]);
  if (options.header !== undefined) header.push(...options.header);
  if (header.length > 4) header.sort((first, second) => first[0] - second[0]);
  const bytes = encode(config.beginString, [[35, type], ...header, ...body]);
  const journal = type === 'A' ? blank(bytes) : bytes;
  const ref = options.ref === undefined ? {} : { ref: options.ref };
  turn.effects.push({ kind: 'outbound', seq, type, bytes, journal, resend, ...ref });
  if (!resend) state.nextOut = seq + 1;
  state.lastSentMs = turn.now;
  return seq;
}

/** Text (58) of a message, or nothing when there is nothing to say. What can not be sent is replaced by `?`. */
function textField(text: string): Field[] {
  const clean = isFieldText(text) ? text : text.replaceAll(/[^\u0020-\u00ff]/g, '?');
  return clean === '' ? [] : [[58, clean]];
}

/** Closes the connection. The phase is `stopped` if the session needs a person. */
export function disconnect(turn: Turn, reason: string): void {
  turn.effects.push({ kind: 'disconnect', reason });
  linkDown(turn, reason);
}

/** The connection is gone: what belonged to it is forgotten, the numbers stay. */
export function linkDown(turn: Turn, reason: string): void {
  const { state } = turn;
  state.phase = state.stopped === undefined ? 'disconnected' : 'stopped';
  state.phaseSinceMs = turn.now;
  state.testRequestOpen = false;
  state.held = [];
  state.gap = undefined;
  state.barriers = [];
  state.peerAsked = undefined;
  const stopped = state.stopped;
  turn.effects.push(
    stopped === undefined
      ? { kind: 'link', status: 'down', reason }
      : { kind: 'link', status: 'stopped', reason: stopped },
  );
}

/** Says Logout and waits for the peer's. */
export function startLogout(turn: Turn, text: string): void {
  send(turn, '5', textField(text));
  turn.state.phase = 'logout-sent';
  turn.state.phaseSinceMs = turn.now;
}

/** Says Logout and closes without waiting. */
export function logoutAndDisconnect(turn: Turn, text: string): void {
  send(turn, '5', textField(text));
  disconnect(turn, text);
}

/**
 * Says Logout, closes, and stays closed until a person resets the numbers. Where both sides reset at each logon there
 * is nothing for a person to decide: the next logon may be tried.
 */
export function stop(turn: Turn, text: string): void {
  send(turn, '5', textField(text));
  markStopped(turn, text);
  disconnect(turn, text);
}

export function markStopped(turn: Turn, reason: string): void {
  if (!turn.config.resetOnLogon) turn.state.stopped = reason;
}

/** Header fields that send an answer back the way a message came (OnBehalfOf to DeliverTo and back). */
const REVERSED: readonly (readonly [from: number, to: number])[] = [
  [115, 128],
  [116, 129],
  [144, 145],
  [128, 115],
  [129, 116],
  [145, 144],
];

/** The session Reject of a message. Its number is used up by it when it was the next. */
export function reject(turn: Turn, message: Message, fault: Fault): void {
  const { config, state } = turn;
  const seq = message.int(34);
  const header: Field[] = [];
  for (const [from, to] of REVERSED) {
    const value = message.get(from);
    if (value !== undefined && value !== '') header.push([to, value]);
  }
  const body: Field[] = [];
  if (seq !== undefined) body.push([45, seq]);
  body.push([58, REJECT_TEXT[fault.reason]]);
  if (fault.tag !== undefined) body.push([371, fault.tag]);
  if (message.type !== '') body.push([372, message.type]);
  // 4.2 knows the reasons up to 11 only.
  if (config.beginString !== 'FIX.4.2' || fault.reason <= 11) body.push([373, fault.reason]);
  send(turn, '3', body, { header });
  const where = fault.tag === undefined ? '' : ` (${fault.tag})`;
  const detail = `${REJECT_TEXT[fault.reason]}${where}`;
  turn.effects.push({ kind: 'refused', reason: 'invalid', detail, message });
  if (seq === state.nextIn && message.type !== 'A' && message.type !== '4') state.nextIn += 1;
}
