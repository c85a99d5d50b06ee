import { createFramer } from '#core/exchange/fix/codec-framer.ts';
import type { Message } from '#core/exchange/fix/codec.ts';
import { dial, type Connection } from '#core/exchange/fix/connection.ts';
import { initialState, step } from '#core/exchange/fix/machine.ts';
import {
  SESSION_DEFAULTS,
  type AppMessage,
  type SessionConfig,
  type SessionInput,
} from '#core/exchange/fix/machine-types.ts';

const CONFIG: SessionConfig = {
  ...SESSION_DEFAULTS,
  name: 'member',
  beginString: 'FIX.4.4',
  senderCompId: 'DESK1',
  targetCompId: 'NSE',
  role: 'initiator',
  heartbeatSeconds: 2,
  supportedTypes: new Set(['8', '9', 'h', 'r', 'j']),
};
const RECONNECT_MS = 20;
const TICK_MS = 50;

/** A member that keeps the session's rules, connects again when it is cut, and never sends an order twice. */
export interface TestMember {
  send(messages: readonly AppMessage[]): void;
  isUp(): boolean;
  stop(): void;
}

export function createMember(port: () => number, heard: (message: Message) => void): TestMember {
  let state = initialState();
  let connection: Connection | null = null;
  let stopped = false;

  const input = (of: SessionInput): void => {
    const next = step(CONFIG, state, of, Date.now());
    state = next.state;
    for (const effect of next.effects) {
      if (effect.kind === 'outbound') connection?.write(effect.bytes);
      else if (effect.kind === 'deliver') heard(effect.message);
      else if (effect.kind === 'disconnect') connection?.close(effect.reason);
    }
  };
  const connect = (): void => {
    const framer = createFramer();
    const opened = dial(
      { host: '127.0.0.1', port: port() },
      {
        connected: () => {
          connection = opened;
          input({ kind: 'connected' });
        },
        bytes: (bytes) => {
          for (const event of framer.push(bytes)) {
            input(event.kind === 'frame' ? { kind: 'received', frame: event.bytes } : { kind: 'garbled' });
          }
        },
        closed: (reason) => {
          connection = null;
          input({ kind: 'disconnected', reason });
          if (!stopped) setTimeout(connect, RECONNECT_MS);
        },
      },
    );
  };
  connect();
  const timer = setInterval(() => input({ kind: 'tick' }), TICK_MS);
  return {
    send: (messages) => input({ kind: 'send', messages }),
    isUp: () => state.phase === 'active',
    stop() {
      stopped = true;
      clearInterval(timer);
      connection?.close('the test is over');
    },
  };
}
