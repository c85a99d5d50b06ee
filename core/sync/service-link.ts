import type { Host } from '#core/host.ts';
import { backoffMs, type BackoffPolicy } from '#core/lib/backoff.ts';
import { dialMain, type MainConnection } from './connection-main.ts';
import { FromMain, type FromDesk } from './messages.ts';

export type Hello = Extract<FromDesk, { type: 'hello' }>;
type Welcome = Extract<FromMain, { type: 'welcome' }>;

export interface LinkState {
  /** `off`: no main is configured. */
  readonly state: 'off' | 'connecting' | 'up' | 'down';
  readonly sinceMs: number;
  /** Why it is so, for the screen. */
  readonly text: string;
  /** Main's name; null until it has said so once. */
  readonly main: string | null;
  /** What main greeted with; null while the link is not up. */
  readonly welcome: Welcome | null;
  /** Messages of main, since the start of this process, that were none. */
  readonly badMessages: number;
}

export interface MainLink {
  /** Dials, and dials again for ever, until the returned function is called. */
  start(): () => void;
  /** False: not up, or the queue is full; nothing was taken and the caller tries again later. */
  send(message: FromDesk): boolean;
  /** Every good message of main, in order. Gives the way to stop. */
  on(listener: (message: FromMain) => void): () => void;
  state(): LinkState;
  onState(listener: () => void): () => void;
  /** Bytes that wait for main. */
  buffered(): number;
}

export interface LinkDeps {
  readonly config: { readonly url: string; readonly caFile: string } | null;
  /** The secret `main-token`; null: nobody gave this desk one, so it does not dial. */
  readonly token: string | null;
  readonly host: Pick<Host, 'now' | 'monotonicMs' | 'every' | 'random' | 'log'>;
  /** How this desk introduces itself, asked for at every connection. */
  readonly hello: () => Hello;
  /** The desk's mode, for its beats. */
  readonly mode: () => string;
  /** One observation of main: a beat, or its absence. Undamped. */
  readonly heard: (saw: 'up' | 'lost', why: string) => void;
}

/** Bytes that may wait for a slow main; past it `send` takes nothing. */
export const SEND_BUFFER_MAX = 16 * 1024 * 1024;
/** From the connection to main's welcome. */
export const WELCOME_WITHIN_MS = 10_000;
/** A line that is silent for so many beats, and for so long, is dead whatever the socket says: main may be frozen. */
const SILENT_BEATS = 3;
export const SILENT_AT_LEAST_MS = 3_000;
/** While there is no line, its absence is told so often. */
export const ABSENT_EVERY_MS = 1_000;
const TICK_MS = 100;
const RETRY: BackoffPolicy = { firstMs: 500, maxMs: 15_000 };
/** A line that was up for so long begins its pauses anew. */
const STEADY_MS = 30_000;
const ISSUE_TEXT_MAX = 200;

/** The one WebSocket to main. It carries words; who decides what they mean is the sync services. */
export function createMainLink(deps: LinkDeps): MainLink {
  const link = new Link(deps);
  return {
    start: () => link.start(),
    send: (message) => link.send(message),
    on: (listener) => listening(link.listeners, listener),
    state: () => link.state(),
    onState: (listener) => listening(link.stateListeners, listener),
    buffered: () => link.buffered(),
  };
}

function listening<Listener>(listeners: Set<Listener>, listener: Listener): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

class Link {
  readonly listeners = new Set<(message: FromMain) => void>();
  readonly stateListeners = new Set<() => void>();
  readonly #deps: LinkDeps;
  #connection: MainConnection | null = null;
  #stopped = false;
  #is: LinkState;
  #attempt = 0;
  /** Monotonic times: of the next dial, of the dial or the welcome, of main's last word, of our last beat. */
  #dialAtMs = 0;
  #phaseAtMs = 0;
  #heardAtMs = 0;
  #beatAtMs = 0;
  #toldAtMs = 0;
  #missed = 0;
  /** What main last said of itself. */
  #alive = true;

  constructor(deps: LinkDeps) {
    this.#deps = deps;
    const text = deps.config === null ? 'no main is configured' : 'not dialled yet';
    const state = deps.config === null ? 'off' : 'down';
    this.#is = { state, sinceMs: deps.host.now(), text, main: null, welcome: null, badMessages: 0 };
  }

  start(): () => void {
    const { config, token, host } = this.#deps;
    if (config === null) return () => undefined;
    if (token === null) this.#become('down', 'this desk has no main-token: it can not dial');
    this.#dialAtMs = host.monotonicMs();
    this.#toldAtMs = this.#dialAtMs;
    const stop = host.every(TICK_MS, () => this.#tick());
    this.#tick();
    return () => {
      stop();
      this.#stopped = true;
      this.#connection?.close('the desk stops');
    };
  }

  state(): LinkState {
    return this.#is;
  }

  buffered(): number {
    return this.#connection?.buffered() ?? 0;
  }

  send(message: FromDesk): boolean {
    return this.#is.state === 'up' && this.#write(message);
  }

  #write(message: FromDesk): boolean {
    const text = JSON.stringify(message);
    // As UTF-8 a character has up to three bytes; most here have one, and the bound is one of memory.
    if (this.#connection === null || this.buffered() + text.length > SEND_BUFFER_MAX) return false;
    this.#connection.send(text);
    return true;
  }

  #tick(): void {
    const nowMs = this.#deps.host.monotonicMs();
    const { state } = this.#is;
    if (state === 'up') this.#watch(nowMs);
    else if (state === 'connecting' && nowMs - this.#phaseAtMs >= WELCOME_WITHIN_MS) {
      this.#drop(`no welcome within ${WELCOME_WITHIN_MS / 1_000} s`);
    } else if (state === 'down' && nowMs >= this.#dialAtMs) this.#dial(nowMs);
    if (this.#is.state === 'up' || nowMs - this.#toldAtMs < ABSENT_EVERY_MS) return;
    this.#toldAtMs = nowMs;
    this.#deps.heard('lost', `no link to main: ${this.#is.text}`);
  }

  #dial(nowMs: number): void {
    const { config, token } = this.#deps;
    if (config === null || token === null) return;
    this.#attempt += 1;
    this.#phaseAtMs = nowMs;
    this.#become('connecting', this.#attempt === 1 ? 'dialling' : `dialling again, after: ${this.#is.text}`);
    const connection = dialMain(
      { ...config, token },
      {
        opened: () => void this.#write(this.#deps.hello()),
        text: (text) => this.#read(text),
        closed: (reason) => {
          if (this.#connection === connection) this.#gone(reason);
        },
      },
    );
    this.#connection = connection;
  }

  /** The line is up: our beat when it is due, and whether main's came. */
  #watch(nowMs: number): void {
    const beatMs = this.#is.welcome?.beatMs ?? ABSENT_EVERY_MS;
    if (nowMs - this.#beatAtMs >= beatMs) {
      this.#beatAtMs = nowMs;
      this.#write({ type: 'beat', nowMs: this.#deps.host.now(), mode: this.#deps.mode() });
    }
    // Half a beat late is not missed.
    const silentMs = nowMs - this.#heardAtMs;
    const missed = Math.max(0, Math.floor(silentMs / beatMs - 0.5));
    if (missed > this.#missed) {
      this.#missed = missed;
      this.#deps.heard('lost', `main is silent on its link, ${missed} beats missed`);
    }
    if (missed >= SILENT_BEATS && silentMs >= SILENT_AT_LEAST_MS) {
      this.#drop(`main is silent, ${missed} beats missed`);
    }
  }

  #read(text: string): void {
    const message = parsed(text);
    if (typeof message === 'string') return this.#bad(message);
    const up = this.#is.state === 'up';
    if (message.type === 'refused') {
      this.#drop(`main refuses this desk: ${message.reason}, ${message.text}`);
      // It will say the same again at once: no dialling in haste.
      this.#dialAtMs = this.#deps.host.monotonicMs() + RETRY.maxMs;
      return;
    }
    if (message.type === 'welcome') {
      if (up) return this.#bad('a second welcome');
      this.#welcomed(message);
    } else if (!up) return this.#bad(`${message.type} before the welcome`);
    this.#heardFrom(message);
    for (const listener of this.listeners) listener(message);
  }

  #welcomed(welcome: Welcome): void {
    this.#phaseAtMs = this.#deps.host.monotonicMs();
    this.#beatAtMs = this.#phaseAtMs;
    this.#alive = true;
    this.#is = { ...this.#is, main: welcome.main, welcome };
    this.#become('up', `connected to ${welcome.main}`);
  }

  /** Any word shows that main's end runs; whether main itself lives is what its last beat said. */
  #heardFrom(message: FromMain): void {
    const nowMs = this.#deps.host.monotonicMs();
    this.#heardAtMs = nowMs;
    this.#missed = 0;
    const name = this.#is.main ?? 'main';
    if (message.type === 'beat') {
      this.#alive = message.alive;
      if (!message.alive) this.#deps.heard('lost', `${name} says of itself that it is not alive`);
    }
    const isBeat = message.type === 'beat' || message.type === 'welcome';
    const due = isBeat || nowMs - this.#toldAtMs >= ABSENT_EVERY_MS;
    if (!this.#alive || !due) return;
    this.#toldAtMs = nowMs;
    this.#deps.heard('up', `${name} beats on its link`);
  }

  #bad(what: string): void {
    this.#is = { ...this.#is, badMessages: this.#is.badMessages + 1 };
    this.#deps.host.log.warn('a bad message of main', { what, count: this.#is.badMessages });
    this.#drop(`bad message of main: ${what}`, true);
  }

  /** Ends the line from here; `closed` brings it to `gone`. */
  #drop(reason: string, broken = false): void {
    this.#connection?.close(reason, broken);
  }

  #gone(reason: string): void {
    const { host } = this.#deps;
    const nowMs = host.monotonicMs();
    if (this.#is.state === 'up' && nowMs - this.#phaseAtMs >= STEADY_MS) this.#attempt = 0;
    this.#connection = null;
    const pauseMs = backoffMs(RETRY, this.#attempt + 1, host.random());
    this.#dialAtMs = nowMs + pauseMs;
    this.#toldAtMs = nowMs;
    this.#is = { ...this.#is, welcome: null };
    this.#become('down', reason);
    if (!this.#stopped) this.#deps.heard('lost', `no link to main: ${reason}`);
  }

  #become(state: LinkState['state'], text: string): void {
    if (state !== this.#is.state) {
      this.#deps.host.log.info('the link to main', { state, text: text.slice(0, ISSUE_TEXT_MAX) });
    }
    // A link that is dialled again is down since it went down, not since the last try.
    const turns = state === 'up' || this.#is.state === 'up';
    const sinceMs = turns ? this.#deps.host.now() : this.#is.sinceMs;
    this.#is = { ...this.#is, state, text, sinceMs };
    for (const listener of this.stateListeners) listener();
  }
}

/** The message, or what is wrong with it; never a piece of what it says, which may be a client's. */
function parsed(text: string): FromMain | string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return 'no JSON';
  }
  const read = FromMain.safeParse(value);
  if (read.success) return read.data;
  const { path, code } = read.error.issues[0] ?? { path: [], code: 'custom' };
  return `${path.join('.') || 'type'}: ${code}`.slice(0, ISSUE_TEXT_MAX);
}
