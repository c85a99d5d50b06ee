import { createFramer } from '#core/exchange/fix/codec-framer.ts';
import { decode, encode, type Field, type Message } from '#core/exchange/fix/codec.ts';
import { formatUtc } from '#core/exchange/fix/codec-time.ts';
import { dial, type Connection } from '#core/exchange/fix/connection.ts';

/** A member in plain text, for transcripts: `35=D|11=a` out, the next message in. It keeps no session rules. */
export interface TestClient {
  /** Sends the fields; header, sequence number and time are added. Returns the number. */
  send(text: string, seq?: number): void;
  /** The next business or session message that is not a heartbeat or test request. */
  next(): Promise<Message>;
  /** The next message of a type; others before it are dropped. */
  nextOf(type: string): Promise<Message>;
  /** Resolves when the venue closed the connection. */
  closed(): Promise<string>;
  close(): void;
  nextOut: number;
}

export async function connectClient(
  port: number,
  options: {
    readonly sender?: string;
    readonly version?: 'FIX.4.2' | 'FIX.4.4';
    readonly from?: number;
  } = {},
): Promise<TestClient> {
  const { sender = 'DESK1', version = 'FIX.4.4' } = options;
  const inbox = createInbox();
  const framer = createFramer();
  let ended: (reason: string) => void = () => undefined;
  const end = new Promise<string>((resolve) => {
    ended = resolve;
  });
  const connection = await new Promise<Connection>((resolve) => {
    const opened: Connection = dial(
      { host: '127.0.0.1', port },
      {
        connected: () => resolve(opened),
        closed: ended,
        bytes: (bytes) => {
          for (const event of framer.push(bytes)) {
            const decoded = event.kind === 'frame' ? decode(event.bytes) : null;
            if (decoded?.ok === true) inbox.put(decoded.value);
          }
        },
      },
    );
  });
  const client: TestClient = {
    nextOut: options.from ?? 1,
    send(text, seq) {
      const fields = text
        .split('|')
        .map((part): Field => [Number(part.split('=')[0]), part.slice(part.indexOf('=') + 1)]);
      const [type, ...body] = fields;
      if (type === undefined) return;
      const number = seq ?? client.nextOut;
      if (seq === undefined) client.nextOut += 1;
      const header: Field[] = [
        [34, number],
        [49, sender],
        [52, formatUtc(Date.now())],
        [56, 'NSE'],
      ];
      connection.write(encode(version, [type, ...header, ...body]));
    },
    next: () => inbox.next(),
    async nextOf(type) {
      let message = await inbox.next();
      while (message.type !== type) message = await inbox.next();
      return message;
    },
    closed: () => end,
    close: () => connection.close('the test is over'),
  };
  return client;
}

/** Some fields of a message, as a line of a transcript. */
export function line(message: Message, tags: readonly number[]): string {
  return [35, ...tags]
    .flatMap((tag) => (message.has(tag) ? [`${tag}=${message.get(tag) ?? ''}`] : []))
    .join('|');
}

/** Messages in the order of their arrival, for whoever waits. */
function createInbox() {
  const waiting: Message[] = [];
  const readers: ((message: Message) => void)[] = [];
  return {
    put(message: Message): void {
      if (message.type === '0' || message.type === '1') return;
      const reader = readers.shift();
      if (reader === undefined) waiting.push(message);
      else reader(message);
    },
    next(): Promise<Message> {
      const message = waiting.shift();
      if (message !== undefined) return Promise.resolve(message);
      return new Promise((resolve) => {
        readers.push(resolve);
      });
    },
  };
}
