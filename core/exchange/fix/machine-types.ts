/** What goes into the FIX session machine and what comes out of it. Times are epoch milliseconds. */
import type { Field, Message } from './codec.ts';
import type { FixVersion, Strictness } from './messages.ts';

/** Heartbeats further apart than this are refused at logon, in seconds. */
export const MAX_HEARTBEAT_SECONDS = 3_600;
/** How long a gap may stay open before it is asked for again. */
export const RESEND_RETRY_MS = 10_000;
/** How often the same gap is asked for before the session is closed. */
export const MAX_RESEND_ATTEMPTS = 5;
/** How often the peer may ask for the same messages in a row before it is taken for a loop. */
export const MAX_SAME_RESEND_REQUESTS = 20;
/** The most messages replayed for one ResendRequest; what is past it is gap-filled. */
export const MAX_REPLAY = 10_000;
/** How long a barrier waits for its Heartbeat before it is sent again. */
export const BARRIER_RETRY_MS = 5_000;
export const MAX_BARRIER_ATTEMPTS = 6;
/** Barriers open at one time. */
export const MAX_BARRIERS = 16;

export interface SessionConfig {
  readonly name: string;
  readonly beginString: FixVersion;
  /** Ours: SenderCompID (49) of what we send, TargetCompID (56) of what we accept. */
  readonly senderCompId: string;
  readonly targetCompId: string;
  readonly role: 'initiator' | 'acceptor';
  /** HeartBtInt (108) an initiator asks for; an acceptor takes the peer's. */
  readonly heartbeatSeconds: number;
  /**
   * Both sides begin at 1 with every logon. An initiator says 141=Y, an acceptor obeys 141=Y at any time. Only for drop
   * copies, drills and conformance runs: an order session that restarts its numbers has lost its memory.
   */
  readonly resetOnLogon: boolean;
  /** Say NextExpectedMsgSeqNum (789) at logon, 4.4 only. */
  readonly sendNextExpected: boolean;
  /** Username (553) and Password (554) of an initiator's Logon. Never in `OutboundEffect.journal`. */
  readonly credentials?: { readonly username: string; readonly password: string };
  readonly strictness: Strictness;
  /** Business messages the application above takes; any other known type is answered with 380=3. */
  readonly supportedTypes: ReadonlySet<string>;
  /** Resend stored business messages on request. Never for orders: they are gap-filled and then queried. */
  readonly replayApplication: boolean;
  /** Messages held behind a gap; past it they are dropped and come again with the resend. */
  readonly maxHeldMessages: number;
  readonly logonTimeoutMs: number;
  readonly logoutTimeoutMs: number;
  /** SendingTime (52) may be off by this much either way. */
  readonly sendingTimeToleranceMs: number;
}

/** Limits and times an ordinary order session uses; spread it and add the names. */
export const SESSION_DEFAULTS = {
  heartbeatSeconds: 30,
  resetOnLogon: false,
  sendNextExpected: false,
  strictness: 'tolerant',
  replayApplication: false,
  maxHeldMessages: 5_000,
  logonTimeoutMs: 10_000,
  logoutTimeoutMs: 2_000,
  sendingTimeToleranceMs: 120_000,
} as const;

/**
 * disconnected: no connection. logon-sent, awaiting-logon: connected, not yet a session. active: messages flow.
 * logout-sent: no more orders, what comes in still counts. stopped: no connection until a person resets it.
 */
export type Phase = 'disconnected' | 'logon-sent' | 'awaiting-logon' | 'active' | 'logout-sent' | 'stopped';

/** What outlives a process: store it in the transaction of each step that changed it. */
export interface SavedSession {
  /** The next sequence number to send: the highest stored one + 1, sent or not. */
  readonly nextOut: number;
  /** The next sequence number to apply: moves only with its effect and only in order. */
  readonly nextIn: number;
  /** Why the session needs a person, if it does. */
  readonly stopped: string | undefined;
  /** A person reset the numbers: the next Logon says so. */
  readonly resetPending: boolean;
}

export interface SessionState extends SavedSession {
  readonly phase: Phase;
  readonly phaseSinceMs: number;
  readonly heartbeatMs: number;
  readonly lastSentMs: number;
  readonly lastReceivedMs: number;
  /** A TestRequest asks whether the peer lives, and is not answered yet. */
  readonly testRequestOpen: boolean;
  /** Messages past a gap, by sequence number; never applied before the gap is filled. */
  readonly held: readonly HeldMessage[];
  readonly gap: Gap | undefined;
  readonly barriers: readonly Barrier[];
  /** The peer's last ResendRequest and how often it came in a row. */
  readonly peerAsked: { readonly from: number; readonly times: number } | undefined;
}

export interface HeldMessage {
  readonly seq: number;
  readonly message: Message;
  /** Already acted upon when it came (Logon, ResendRequest): only its number is waited for. */
  readonly answered: boolean;
}

export interface Gap {
  readonly from: number;
  readonly upTo: number;
  readonly askedMs: number;
  readonly attempts: number;
}

export interface Barrier {
  readonly id: string;
  readonly seq: number;
  readonly sentMs: number;
  readonly attempts: number;
}

/** A business message to send; sequence number, CompIDs and times are the machine's. */
export interface AppMessage {
  readonly type: string;
  /** Body fields in the order to send, groups included. */
  readonly body: readonly Field[];
  /** Further header fields (50, 57, 97, 115, 128 ...). */
  readonly header?: readonly Field[];
  /** The caller's own name for it, given back in the outbound effect. */
  readonly ref?: string;
}

export type SessionInput =
  | { readonly kind: 'connected' }
  | { readonly kind: 'received'; readonly frame: Uint8Array }
  | { readonly kind: 'garbled' }
  | { readonly kind: 'tick' }
  | { readonly kind: 'send'; readonly messages: readonly AppMessage[] }
  /** Ask with a TestRequest; `barrier-passed` says that all sent before it arrived and all answers came first. */
  | { readonly kind: 'barrier'; readonly id: string }
  | { readonly kind: 'logout'; readonly text: string }
  | { readonly kind: 'disconnected'; readonly reason: string }
  /** A person starts the numbers anew, agreed with the venue; only while there is no connection. */
  | { readonly kind: 'reset'; readonly by: string; readonly reason: string };

export interface OutboundEffect {
  readonly kind: 'outbound';
  readonly seq: number;
  readonly type: string;
  /** For the wire, after the step is stored. */
  readonly bytes: Uint8Array;
  /** For the journal: `bytes`, passwords blanked. */
  readonly journal: Uint8Array;
  /** Not a new message: takes no new sequence number. */
  readonly resend: boolean;
  readonly ref?: string;
}

export type RefusedReason =
  | 'not-active'
  | 'garbled'
  | 'invalid'
  | 'unsupported-type'
  | 'duplicate'
  | 'too-many-barriers'
  | 'reset-needs-name-and-reason'
  | 'reset-while-connected'
  | 'session-stopped';

/** In the order to carry out, after everything of the step is stored. */
export type SessionEffect =
  | OutboundEffect
  /** A business message, in order: store its effect with nextIn. */
  | {
      readonly kind: 'deliver';
      readonly seq: number;
      readonly message: Message;
      readonly possDup: boolean;
      /** 97=Y: a new number, but perhaps an old order. */
      readonly possResend: boolean;
    }
  /** The peer refused our message `refSeq` at session level (Reject, 35=3). */
  | {
      readonly kind: 'peer-rejected';
      readonly seq: number;
      readonly refSeq: number;
      readonly message: Message;
    }
  /** Ours from `fromSeq` to `toSeq` never reached the peer, by its own word. Orders among them need a query, not a replay. */
  | { readonly kind: 'peer-lacks'; readonly fromSeq: number; readonly toSeq: number }
  /** All of ours below `belowSeq` reached the peer, by its own word (789). */
  | { readonly kind: 'peer-has'; readonly belowSeq: number }
  /** The peer moved its numbers past messages we shall never see: what is open needs a query. */
  | { readonly kind: 'inbound-skipped'; readonly fromSeq: number; readonly toSeq: number }
  | { readonly kind: 'barrier-passed'; readonly id: string }
  | { readonly kind: 'link'; readonly status: 'up' | 'down' | 'stopped'; readonly reason: string }
  | { readonly kind: 'disconnect'; readonly reason: string }
  | { readonly kind: 'sequence-reset'; readonly by: string; readonly reason: string }
  /** A named limit was reached. */
  | { readonly kind: 'limit'; readonly name: 'held-messages' | 'replay' }
  /** Something was not done. With a message: it came in, had its number, and was not delivered. */
  | {
      readonly kind: 'refused';
      readonly reason: RefusedReason;
      readonly detail: string;
      readonly message?: Message;
      /** Refs of the messages of a refused `send`. */
      readonly refs?: readonly string[];
    };

/** What was sent under a number, for a replay; undefined if it is not (or no longer) stored. */
export type Lookup = (seq: number) => { readonly type: string; readonly bytes: Uint8Array } | undefined;

export interface Step {
  readonly state: SessionState;
  readonly effects: readonly SessionEffect[];
}
