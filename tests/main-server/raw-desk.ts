import { WebSocket } from 'ws';
import { FromMain, type FromDesk } from '#core/sync/messages.ts';
import type { LogWriter } from './desk-log-writer.ts';

type Message<Type extends FromMain['type']> = Extract<FromMain, { type: Type }>;

const PATIENCE_MS = 60_000;

/** A scripted desk: says exactly what a test says, and keeps everything that main answers. */
export class RawDesk {
  readonly heard: FromMain[] = [];
  readonly closed: Promise<string>;
  readonly #socket: WebSocket;
  #look: () => void = () => undefined;
  #isClosed = false;

  constructor(url: string, token: string) {
    this.#socket = new WebSocket(url, { headers: { authorization: `Bearer ${token}` } });
    this.#socket.on('message', (data: Buffer) => {
      this.heard.push(FromMain.parse(JSON.parse(data.toString('utf8'))));
      this.#look();
    });
    this.#socket.on('error', () => undefined);
    this.closed = new Promise((resolve) => {
      this.#socket.on('close', (code, reason) => {
        this.#isClosed = true;
        this.#look();
        resolve(`${code} ${reason.toString()}`);
      });
    });
  }

  opened(): Promise<this> {
    return new Promise((resolve, reject) => {
      this.#socket.once('open', () => resolve(this));
      this.#socket.once('error', reject);
    });
  }
  say(message: FromDesk): void {
    this.sayText(JSON.stringify(message));
  }
  sayText(text: string): void {
    this.#socket.send(text);
  }
  cut(): void {
    this.#socket.terminate();
  }

  /** The first message of the type that passes, of those heard or to come; throws when the line ends before. */
  async hears<Type extends FromMain['type']>(
    type: Type,
    passes: (message: Message<Type>) => boolean = () => true,
  ): Promise<Message<Type>> {
    const isIt = (message: FromMain): message is Message<Type> =>
      message.type === type && passes(message as Message<Type>);
    const found = this.heard.find(isIt);
    if (found !== undefined) return found;
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => {
        reject(new Error(`main did not say ${type}; it said ${JSON.stringify(this.heard).slice(-600)}`));
      }, PATIENCE_MS);
      this.#look = () => {
        const now = this.heard.find(isIt);
        if (now === undefined && !this.#isClosed) return;
        clearTimeout(late);
        this.#look = () => undefined;
        if (now === undefined) reject(new Error(`the line ended before main said ${type}`));
        else resolve(now);
      };
      this.#look();
    });
  }
  acked(seq: number, epoch = 1): Promise<Message<'acked'>> {
    return this.hears('acked', (message) => message.epoch === epoch && message.seq >= seq);
  }
}

export function helloOf(log: LogWriter, more: Partial<Extract<FromDesk, { type: 'hello' }>> = {}) {
  const { desk, epoch, publicKey } = log;
  const rest = { v: 1, build: 'test', book: null, mappingEpoch: 0 } as const;
  return { type: 'hello', desk, epoch, publicKey, ...rest, ...more } as const;
}
