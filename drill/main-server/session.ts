import type { RawData, WebSocket } from 'ws';
import { assertNever } from '#core/lib/assert.ts';
import { isSignedBy } from '#core/journal/signer.ts';
import { FromDesk, MESSAGE_TEXT_MAX, PROTOCOL_VERSION, type FromMain } from '#core/sync/messages.ts';
import { DatabaseAway } from './database.ts';
import type { DeskLog, Listener } from './desk-log.ts';
import type { Connected, Main } from './main-core.ts';

type Of<Type extends FromDesk['type']> = Extract<FromDesk, { type: Type }>;
type Refused = Extract<FromMain, { type: 'refused' }>;

/** A connection that says nothing of itself is closed after so long, and one that is silent after so many beats. */
const HELLO_MS = 10_000;
const SILENT_BEATS = 6;
/** Bytes that may wait on a slow line before more of the book is written. */
const BUFFERED_MAX = 4 * 1024 * 1024;
const DRAIN_MS = 20;
/** Characters of the reason of a close: it has 123 bytes of UTF-8. */
const REASON_MAX = 40;
const POLICY_VIOLATION = 1008;
const TRY_AGAIN = 1013;

/** One desk on one WebSocket. */
export class Session implements Connected, Listener {
  desk = '';
  readonly #main: Main;
  readonly #socket: WebSocket;
  readonly #token: string;
  #state: 'new' | 'greeting' | 'open' | 'closed' = 'new';
  #log: DeskLog | null = null;
  #publicKey = '';
  #heardMs = performance.now();
  #beats: NodeJS.Timeout | null = null;
  /** What a frozen main has not said yet. */
  #unsaid: FromMain[] = [];
  /** Everything of the book goes out in one order. */
  #bookQueue: Promise<void> = Promise.resolve();
  #bookVersion = 0;

  constructor(main: Main, socket: WebSocket, token: string) {
    this.#main = main;
    this.#socket = socket;
    this.#token = token;
    const late = setTimeout(() => {
      if (this.#state === 'new' && !main.scenario.behaviour.silent) this.cut();
    }, HELLO_MS).unref();
    socket.on('message', (data, isBinary) => this.#message(data, isBinary));
    socket.on('pong', () => (this.#heardMs = performance.now()));
    socket.on('error', () => this.cut());
    socket.on('close', () => {
      clearTimeout(late);
      this.#close();
    });
    this.freeze();
  }

  /** Follows the scenario: a frozen main neither reads nor writes, and its line stays open. */
  freeze(): void {
    if (this.#main.scenario.behaviour.silent) {
      this.#socket.pause();
      return;
    }
    this.#heardMs = performance.now();
    for (const message of this.#unsaid.splice(0)) this.send(message);
    this.#socket.resume();
  }

  send(message: FromMain): void {
    if (this.#state === 'closed') return;
    if (this.#main.scenario.behaviour.silent) this.#unsaid.push(message);
    else this.#socket.send(JSON.stringify(message));
  }
  cut(): void {
    this.#socket.terminate();
    this.#close();
  }

  tell(message: Parameters<Listener['tell']>[0]): void {
    this.send(message);
  }
  giveUp(why: string): void {
    this.#refuse('busy', `the store is away: ${why}`);
  }

  sendBook(delta: Extract<FromMain, { type: 'delta' }> | null): void {
    this.#inBookOrder(async () => {
      if (delta === null) await this.#sendSnapshot();
      else this.#sendDeltas([delta]);
    });
  }

  /** Asked after a wait: it may have changed meanwhile. */
  #isClosed(): boolean {
    return this.#state === 'closed';
  }

  #close(): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    if (this.#beats !== null) clearInterval(this.#beats);
    this.#log?.detach(this);
    this.#main.disconnect(this);
  }

  #message(data: RawData, isBinary: boolean): void {
    this.#heardMs = performance.now();
    const text = isBinary || !(data instanceof Buffer) ? '' : data.toString('utf8');
    if (text === '' || text.length > MESSAGE_TEXT_MAX)
      return this.#end('a message is one text of bounded size');
    let json: unknown;
    try {
      json = JSON.parse(text);
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      return this.#end('a message is JSON');
    }
    if (isOtherVersion(json))
      return this.#refuse('wrong-version', `this main speaks version ${PROTOCOL_VERSION}`);
    const message = FromDesk.safeParse(json);
    if (!message.success) {
      const [issue] = message.error.issues;
      return this.#end(`${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'no message'}`);
    }
    this.#dispatch(message.data);
  }

  #dispatch(message: FromDesk): void {
    if (message.type === 'hello') {
      if (this.#state !== 'new') return this.#end('hello comes once, first');
      this.#state = 'greeting';
      this.#do(() => this.#greet(message));
      return;
    }
    if (this.#state !== 'open' || this.#log === null) return this.#end('hello comes first');
    const log = this.#log;
    switch (message.type) {
      case 'beat':
        return;
      case 'facts':
        this.#socket.pause();
        return log.take(message.rows, message.heads, () => {
          if (!this.#main.scenario.behaviour.silent) this.#socket.resume();
        });
      case 'fence':
        return this.#do(() => this.#fence(message));
      case 'lift-fence':
        return this.#do(() => this.#main.fences.lift(this.desk, message.fence));
      case 'reconcile':
        return log.whenReached(message.through, () => this.#do(() => this.#reconcile(message)));
      case 'certificate':
        return this.#do(() => this.#certificate(message));
      case 'mapping-ack':
        return this.#do(async () => {
          this.#main.tellMapping(await this.#main.mapping.acknowledge(this.desk, message.mappingEpoch));
        });
      case 'book-again':
        return this.sendBook(null);
      default:
        assertNever(message);
    }
  }

  async #greet(hello: Of<'hello'>): Promise<void> {
    const main = this.#main;
    const { store, desks, name, now, beatMs } = main.options;
    if (main.scenario.behaviour.refuses) return this.#refuse('busy', 'main is not ready for desks');
    const known = desks.check(hello.desk, this.#token);
    if (known === 'wrong-token') return this.#refuse(known, 'this is not the token of that desk');
    if (known === 'unknown-desk') return this.#refuse(known, `no desk ${hello.desk} is registered`);
    const pinned = known.publicKey ?? (await store.publicKeyOf(hello.desk));
    if (pinned !== null && pinned !== hello.publicKey) {
      return this.#refuse('wrong-key', 'the desk is known by another signing key');
    }
    await store.pin(hello.desk, hello.publicKey);
    const { desk, publicKey } = hello;
    this.desk = desk;
    this.#publicKey = publicKey;
    const log = main.log(desk, publicKey);
    main.cut(desk);
    const acked = await log.attach(this, hello.epoch);
    if (this.#isClosed()) return log.detach(this);
    main.connect(this);
    this.#log = log;
    this.#state = 'open';
    const { window } = main.scenario.behaviour;
    const mapping = main.mapping.of(desk);
    this.send({
      type: 'welcome',
      v: PROTOCOL_VERSION,
      main: name,
      nowMs: now(),
      beatMs,
      acked: [...acked],
      window,
      mappingEpoch: mapping?.mappingEpoch ?? 0,
    });
    for (const stop of log.stops) this.send({ type: 'not-taken', ...stop });
    this.#beats = setInterval(() => this.#beat(), beatMs);
    if (mapping !== null && mapping.mappingEpoch !== hello.mappingEpoch) main.tellMapping([desk]);
    this.#inBookOrder(() => this.#catchUp(hello.book));
  }

  async #catchUp(place: Of<'hello'>['book']): Promise<void> {
    const deltas = place === null ? null : ((await this.#main.book?.since(place)) ?? null);
    if (place === null || deltas === null) return this.#sendSnapshot();
    this.#bookVersion = place.version;
    this.#sendDeltas(deltas);
  }
  async #sendSnapshot(): Promise<void> {
    if (this.#main.book === null) return;
    this.#bookVersion = this.#main.book.place.version;
    for (const message of this.#main.book.snapshot()) {
      this.send(message);
      while (this.#socket.bufferedAmount > BUFFERED_MAX && this.#state === 'open') {
        await new Promise((resolve) => setTimeout(resolve, DRAIN_MS));
      }
    }
  }
  /** Those that a snapshot already held are left out. */
  #sendDeltas(deltas: readonly Extract<FromMain, { type: 'delta' }>[]): void {
    for (const delta of deltas) {
      if (delta.version <= this.#bookVersion) continue;
      this.#bookVersion = delta.version;
      this.send(delta);
    }
  }
  #inBookOrder(send: () => Promise<void>): void {
    const before = this.#bookQueue;
    this.#bookQueue = new Promise((resolve) => {
      this.#do(() => before.then(send).finally(resolve));
    });
  }

  async #fence({ fence, accounts, why }: Of<'fence'>): Promise<void> {
    const main = this.#main;
    const obeyed = main.scenario.behaviour.obeysFence;
    await main.fences.put(
      { desk: this.desk, fence, accounts, why, obeyed, lifted: false },
      main.options.now(),
    );
    const asked = new Set(accounts);
    const late = await main.orders.late(
      asked.size > 0 ? (account) => asked.has(account) : main.isHomeOf(this.desk),
    );
    const text = obeyed ? 'held: own orders, auto square-off, GTT and AMO' : 'this main holds nothing';
    this.send({ type: 'fenced', fence, obeyed, late, text });
  }

  async #reconcile({ through }: Of<'reconcile'>): Promise<void> {
    const isHome = this.#main.isHomeOf(this.desk);
    const rows = (await this.#main.nets()).filter(({ account }) => isHome(account));
    this.send({ type: 'positions', through, rows, late: await this.#main.orders.late(isHome) });
  }

  /** One that the desk did not sign is not kept, and not answered. */
  async #certificate({ id, text, signature }: Of<'certificate'>): Promise<void> {
    const { store, now } = this.#main.options;
    const message = Buffer.from(`lifeboat-certificate\n${text}`);
    const key = Buffer.from(this.#publicKey, 'hex');
    if (!isSignedBy(key, message, Buffer.from(signature, 'hex'))) return;
    const certificate = { desk: this.desk, id, text, signature, verified: true };
    if (await store.keepCertificate(certificate, now())) this.send({ type: 'certificate-kept', id });
  }

  #beat(): void {
    const { silent } = this.#main.scenario.behaviour;
    if (silent) return;
    if (performance.now() - this.#heardMs > SILENT_BEATS * this.#main.options.beatMs) return this.cut();
    this.#socket.ping();
    this.send({ type: 'beat', nowMs: this.#main.options.now(), alive: this.#main.alive });
  }

  #do(what: () => Promise<void>): void {
    what().catch((error: unknown) => {
      if (!(error instanceof DatabaseAway)) throw error;
      this.giveUp(error.message);
    });
  }
  #refuse(reason: Refused['reason'], text: string): void {
    this.send({ type: 'refused', reason, text: text.slice(0, 500) });
    this.#socket.close(TRY_AGAIN, reason);
  }
  #end(why: string): void {
    this.#socket.close(POLICY_VIOLATION, why.slice(0, REASON_MAX));
  }
}

function isOtherVersion(json: unknown): boolean {
  if (typeof json !== 'object' || json === null || !('type' in json) || !('v' in json)) return false;
  return json.type === 'hello' && json.v !== PROTOCOL_VERSION;
}
