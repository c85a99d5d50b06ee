/**
 * `npm run fix-session`: a plain FIX session over TCP or TLS with no order book, so that an outside conformance runner
 * can drive either role. Numbers begin at 1 with every logon, the store is memory. New orders (D) and security
 * definitions (d) come back as they went in; an order marked as a possible resend only if its ClOrdID is new.
 */
import { createFramer } from '#core/exchange/fix/codec-framer.ts';
import type { Field, Message } from '#core/exchange/fix/codec.ts';
import { dial, listen, type Connection, type ConnectionHandlers } from '#core/exchange/fix/connection.ts';
import type { SessionConfig, SessionEffect, SessionInput } from '#core/exchange/fix/machine-types.ts';
import { initialState, step } from '#core/exchange/fix/machine.ts';
import { groupMembers } from '#core/exchange/fix/messages-groups.ts';
import { isHeaderTag, isTrailerTag } from '#core/exchange/fix/messages.ts';
import { backoffMs } from '#core/lib/backoff.ts';
import { parseOptions, USAGE, type Options } from './fix-session-options.ts';

const TICK_MS = 50;
/** Messages kept for replay within one session; older ones are gap-filled. */
const MAX_STORED = 100_000;
/** ClOrdIDs remembered within one session. */
const MAX_ORDER_IDS = 100_000;
const RECONNECT = { firstMs: 500, maxMs: 5_000 };
/** After Ctrl-C the peers have this long to answer the Logout. */
const GOODBYE_MS = 3_000;

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

/** The sessions of this process: one connection each, of which at most one is logged on. */
interface Session {
  readonly handlers: ConnectionHandlers;
  attach(connection: Connection): void;
  logout(): void;
  tick(): void;
  isLoggedOn(): boolean;
}

function createSession(
  config: SessionConfig,
  isTaken: () => boolean,
  onClosed: (reason: string) => void,
): Session {
  const framer = createFramer();
  const stored = new Map<number, { type: string; bytes: Uint8Array }>();
  const orderIds = new Set<string>();
  let state = initialState();
  let connection: Connection | undefined;

  const run = (effect: SessionEffect): void => {
    if (effect.kind === 'outbound') {
      if (!effect.resend) {
        if (effect.seq === 1) stored.clear();
        stored.set(effect.seq, { type: effect.type, bytes: effect.bytes });
        stored.delete(effect.seq - MAX_STORED);
      }
      connection?.write(effect.bytes);
    } else if (effect.kind === 'deliver') {
      echo(effect.message, effect.possResend);
    } else if (effect.kind === 'disconnect') {
      connection?.close(effect.reason);
    } else if (effect.kind === 'link') {
      say(`${config.name} ${effect.status}: ${effect.reason}`);
    }
  };
  const feed = (input: SessionInput): void => {
    const result = step(config, state, input, Date.now(), (seq) => stored.get(seq));
    state = result.state;
    for (const effect of result.effects) run(effect);
  };
  const echo = (message: Message, possResend: boolean): void => {
    const orderId = message.type === 'D' ? message.get(11) : undefined;
    if (orderId !== undefined) {
      if (possResend && orderIds.has(orderId)) return;
      if (orderIds.size < MAX_ORDER_IDS) orderIds.add(orderId);
    }
    feed({ kind: 'send', messages: [{ type: message.type, ...echoFields(config, message) }] });
  };
  return {
    attach: (opened) => {
      connection = opened;
    },
    handlers: {
      connected: () => feed({ kind: 'connected' }),
      bytes: (bytes) => {
        for (const event of framer.push(bytes)) {
          // The identity is in use: this connection hears nothing and ends.
          if (!isLoggedOn() && isTaken())
            connection?.close('the session is logged on over another connection');
          else if (event.kind === 'frame') feed({ kind: 'received', frame: event.bytes });
          else feed({ kind: 'garbled' });
        }
      },
      closed: (reason) => {
        feed({ kind: 'disconnected', reason });
        onClosed(reason);
      },
    },
    logout: () => feed({ kind: 'logout', text: '' }),
    tick: () => feed({ kind: 'tick' }),
    isLoggedOn,
  };

  function isLoggedOn(): boolean {
    return state.phase === 'active' || state.phase === 'logout-sent';
  }
}

const SET_ANEW: ReadonlySet<number> = new Set([8, 9, 34, 35, 43, 49, 52, 56, 122]);

/** The fields of a message to send back: body in tag order, each group staying behind its count. */
function echoFields(config: SessionConfig, message: Message): { header: Field[]; body: Field[] } {
  const header: Field[] = [];
  const parts: Field[][] = [];
  const fields = message.fields();
  for (let at = 0; at < fields.length; at += 1) {
    const field = fields[at];
    if (field === undefined || SET_ANEW.has(field[0]) || isTrailerTag(field[0])) continue;
    if (isHeaderTag(field[0])) {
      header.push(field);
      continue;
    }
    const part: Field[] = [field];
    const members = field[1] === '0' ? [] : allMembers(config, field[0]);
    for (let next = fields[at + 1]; next !== undefined && members.includes(next[0]); next = fields[at + 1]) {
      part.push(next);
      at += 1;
    }
    parts.push(part);
  }
  parts.sort((first, second) => (first[0]?.[0] ?? 0) - (second[0]?.[0] ?? 0));
  return { header, body: parts.flat() };
}

function allMembers(config: SessionConfig, countTag: number): number[] {
  return groupMembers(config.beginString, countTag).flatMap((tag) => [tag, ...allMembers(config, tag)]);
}

function runAcceptor(
  options: Options,
  sessions: Set<Session>,
  failed: (reason: string) => void,
): () => Promise<void> {
  const tls = options.tls === undefined ? {} : { tls: options.tls };
  const listener = listen(
    { host: options.host, port: options.port, ...tls },
    {
      listening: (port) => say(`listening on ${port}`),
      failed,
      accept: (connection) => {
        const isTaken = (): boolean => [...sessions].some((other) => other.isLoggedOn());
        const session = createSession(options.config, isTaken, () => sessions.delete(session));
        sessions.add(session);
        session.attach(connection);
        return session.handlers;
      },
    },
  );
  return () => listener.close();
}

function runInitiator(
  options: Options,
  sessions: Set<Session>,
  isEnding: () => boolean,
): () => Promise<void> {
  const tls = options.tls === undefined ? {} : { tls: options.tls };
  let attempt = 0;
  let retry: NodeJS.Timeout | undefined;
  const connect = (): void => {
    let wasUp = false;
    const session = createSession(
      options.config,
      () => false,
      (reason) => {
        sessions.delete(session);
        if (isEnding()) return;
        attempt = wasUp ? 1 : attempt + 1;
        say(`connection closed: ${reason}`);
        retry = setTimeout(connect, backoffMs(RECONNECT, attempt, Math.random()));
      },
    );
    sessions.add(session);
    const { handlers } = session;
    const watched: ConnectionHandlers = {
      ...handlers,
      connected: () => {
        say(`connected to ${options.host}:${options.port}`);
        wasUp = true;
        handlers.connected();
      },
    };
    session.attach(dial({ host: options.host, port: options.port, ...tls }, watched));
  };
  connect();
  return () => {
    clearTimeout(retry);
    return Promise.resolve();
  };
}

function main(): void {
  const options = parseOptions(process.argv.slice(2));
  if (!options.ok) {
    process.stderr.write(`fix-session: ${options.refusal}\n${USAGE}\n`);
    process.exit(2);
  }
  const sessions = new Set<Session>();
  let ending = false;
  const fail = (reason: string): void => {
    process.stderr.write(`fix-session: ${reason}\n`);
    process.exit(1);
  };
  const { role } = options.value.config;
  const stopRole =
    role === 'acceptor'
      ? runAcceptor(options.value, sessions, fail)
      : runInitiator(options.value, sessions, () => ending);
  setInterval(() => {
    for (const session of sessions) session.tick();
    if (ending && sessions.size === 0) process.exit(0);
  }, TICK_MS);
  const end = (): void => {
    if (ending) process.exit(0);
    ending = true;
    for (const session of sessions) session.logout();
    setTimeout(() => {
      void stopRole().then(() => process.exit(0));
    }, GOODBYE_MS);
  };
  process.on('SIGINT', end);
  process.on('SIGTERM', end);
}

main();
