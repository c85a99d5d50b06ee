import { createFramer } from '#core/exchange/fix/codec-framer.ts';
import type { Field, Message } from '#core/exchange/fix/codec.ts';
import {
  listen,
  type Connection,
  type ConnectionHandlers,
  type Listener,
  type TlsOptions,
} from '#core/exchange/fix/connection.ts';
import {
  SESSION_DEFAULTS,
  type SessionConfig,
  type SessionEffect,
  type SessionInput,
} from '#core/exchange/fix/machine-types.ts';
import { initialState, step } from '#core/exchange/fix/machine.ts';

interface PeerOptions {
  readonly version: '4.2' | '4.4';
  readonly clockOffsetMs: number;
  readonly tls?: TlsOptions;
}

const WAIT_MS = 8_000;
const TICK_MS = 50;

/** An exchange that says only what a test tells it to: the acceptor's side of the session, and no order book. */
export class ScriptedPeer {
  readonly #config: SessionConfig;
  readonly #options: PeerOptions;
  readonly #stored = new Map<number, { type: string; bytes: Uint8Array }>();
  readonly #heard: Message[] = [];
  readonly #timer: NodeJS.Timeout;
  #listener: Listener | null = null;
  #state = initialState();
  #connection: Connection | null = null;
  #port = 0;
  #ids = 0;
  /** Every application message that ever came, by type; a test counts with it. */
  readonly counts = new Map<string, number>();
  /** Connections refused at once, to keep a desk down. */
  deaf = false;

  constructor(options: PeerOptions) {
    this.#options = options;
    this.#config = {
      ...SESSION_DEFAULTS,
      name: 'peer',
      role: 'acceptor',
      beginString: `FIX.${options.version}`,
      senderCompId: 'PEER',
      targetCompId: 'DESK',
      replayApplication: true,
      supportedTypes: new Set(['D', 'F', 'G', 'H', 'q', 'g']),
    };
    this.#timer = setInterval(() => this.#feed({ kind: 'tick' }), TICK_MS);
  }

  get port(): number {
    return this.#port;
  }

  async open(): Promise<this> {
    const { tls } = this.#options;
    this.#port = await new Promise<number>((resolve, reject) => {
      this.#listener = listen(
        { host: '127.0.0.1', port: this.#port, ...(tls === undefined ? {} : { tls }) },
        {
          listening: resolve,
          failed: (reason) => reject(new Error(reason)),
          accept: (connection) => this.#accept(connection),
        },
      );
    });
    return this;
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#listener?.close();
  }

  /** The line breaks. */
  cut(): void {
    this.#connection?.close('the line broke');
  }

  /** As if started again without its store: numbers, messages, ids. */
  forget(): void {
    this.cut();
    this.#state = initialState();
    this.#stored.clear();
    this.#ids = 0;
  }

  /** As if the message never arrived: our next expected number goes back by one, as at a peer that was cut off. */
  unhear(): void {
    this.#state = { ...this.#state, nextIn: this.#state.nextIn - 1 };
  }

  say(type: string, body: readonly Field[]): void {
    this.#feed({ kind: 'send', messages: [{ type, body }] });
  }

  get nextIn(): number {
    return this.#state.nextIn;
  }
  get isUp(): boolean {
    return this.#state.phase === 'active';
  }

  /** The next application message of that type, in the order in which they came. */
  async next(type: string): Promise<Message> {
    const untilMs = Date.now() + WAIT_MS;
    for (;;) {
      const at = this.#heard.findIndex((message) => message.type === type);
      const [found] = at < 0 ? [] : this.#heard.splice(at, 1);
      if (found !== undefined) return found;
      if (Date.now() > untilMs) throw new Error(`no ${type} came in ${WAIT_MS} ms`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  /** An ExecutionReport about an order: `kind` is its ExecType (150), FIX 4.4's words. */
  report(order: Message, kind: string, told: ReportTold = {}): void {
    const { version } = this.#options;
    this.#ids += 1;
    const quantity = Number(told.quantity ?? order.get(38) ?? '0');
    const cum = told.cum ?? 0;
    const isFill = kind === 'F';
    const ended = ['4', '8', 'C'].includes(kind);
    const status = told.status ?? (isFill ? (cum >= quantity ? '2' : '1') : kind === '5' ? '0' : kind);
    const execType = isFill && version === '4.2' ? status : kind;
    const original = order.get(41);
    this.say('8', [
      [37, told.number ?? `X-${order.get(41) ?? order.get(11) ?? ''}`],
      [11, told.named ?? order.get(11) ?? ''],
      ...(original === undefined ? [] : ([[41, original]] as Field[])),
      [17, told.execId ?? `E${this.#ids}`],
      ...(version === '4.2' ? ([[20, kind === 'I' ? '3' : '0']] as Field[]) : []),
      [150, version === '4.2' && kind === 'I' ? status : execType],
      [39, status],
      [1, order.get(1) ?? ''],
      [55, order.get(55) ?? ''],
      [48, order.get(48) ?? ''],
      [22, '8'],
      [207, order.get(207) ?? ''],
      [54, order.get(54) ?? ''],
      [38, quantity],
      ...(told.price === undefined ? [] : ([[44, told.price]] as Field[])),
      ...(told.reason === undefined ? [] : ([[103, told.reason]] as Field[])),
      ...(isFill
        ? ([
            [32, told.last ?? 0],
            [31, told.price ?? order.get(44) ?? '0'],
          ] as Field[])
        : []),
      [151, ended ? 0 : quantity - cum],
      [14, cum],
      [6, 0],
      ...(told.text === undefined ? [] : ([[58, told.text]] as Field[])),
    ]);
  }

  /** OrderCancelReject (9) of a cancel (434=1) or replace (434=2). */
  refuse(request: Message, reason: string, status: string): void {
    this.say('9', [
      [37, `X-${request.get(41) ?? ''}`],
      [11, request.get(11) ?? ''],
      [41, request.get(41) ?? ''],
      [39, status],
      [434, request.type === 'G' ? '2' : '1'],
      [102, reason],
      [58, 'scripted'],
    ]);
  }

  #accept(connection: Connection): ConnectionHandlers {
    const framer = createFramer();
    const taken = this.#connection !== null || this.deaf;
    if (!taken) this.#connection = connection;
    else connection.close('the session is in use');
    return {
      connected: () => {
        if (!taken) this.#feed({ kind: 'connected' });
      },
      bytes: (bytes) => {
        if (taken) return;
        for (const event of framer.push(bytes)) {
          if (event.kind === 'frame') this.#feed({ kind: 'received', frame: event.bytes });
        }
      },
      closed: (reason) => {
        if (taken) return;
        this.#connection = null;
        this.#feed({ kind: 'disconnected', reason });
      },
    };
  }

  #feed(input: SessionInput): void {
    const now = Date.now() + this.#options.clockOffsetMs;
    const result = step(this.#config, this.#state, input, now, (seq) => this.#stored.get(seq));
    this.#state = result.state;
    for (const effect of result.effects) this.#run(effect);
  }

  #run(effect: SessionEffect): void {
    if (effect.kind === 'outbound') {
      if (!effect.resend) this.#stored.set(effect.seq, effect);
      this.#connection?.write(effect.bytes);
    } else if (effect.kind === 'deliver') {
      const { message } = effect;
      this.counts.set(message.type, (this.counts.get(message.type) ?? 0) + 1);
      this.#heard.push(message);
    } else if (effect.kind === 'link' && effect.status === 'stopped') {
      // A venue's operator agrees to whatever the desk's person resets.
      this.#state = initialState({
        ...this.#state,
        nextIn: 1,
        nextOut: 1,
        stopped: undefined,
        resetPending: true,
      });
    } else if (effect.kind === 'disconnect') {
      this.#connection?.close(effect.reason);
    }
  }
}

interface ReportTold {
  readonly cum?: number;
  readonly last?: number;
  readonly quantity?: number;
  readonly status?: string;
  readonly price?: string;
  readonly number?: string;
  readonly named?: string;
  readonly execId?: string;
  readonly reason?: string;
  readonly text?: string;
}
