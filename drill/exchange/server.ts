import { createFramer } from '#core/exchange/fix/codec-framer.ts';
import { decode } from '#core/exchange/fix/codec.ts';
import {
  listen,
  type Connection,
  type ConnectionHandlers,
  type Listener,
} from '#core/exchange/fix/connection.ts';
import { NEW_SESSION } from '#core/exchange/fix/machine.ts';
import type { SavedSession } from '#core/exchange/fix/machine-types.ts';
import type { FixVersion } from '#core/exchange/fix/messages.ts';
import type { Exchange } from './exchange.ts';
import { readProfiles, type Ledger } from './ledger.ts';
import { isNewOrder, Member, memberName } from './member.ts';
import type { MemberProfile, Role } from './member-profile.ts';
import type { Turn } from './turn.ts';
import { createWire, type Wire } from './wire.ts';

const HOST = '127.0.0.1';
/** Sessions look at their timers this often. */
const TICK_MS = 200;
/** The venue's own quotes are filled up this often. */
const REFILL_MS = 40;

export interface ServerOptions {
  readonly exchange: Exchange;
  readonly ledger: Ledger;
  readonly now: () => number;
  readonly ports: Readonly<Record<Role, number>>;
}

export interface Server {
  readonly ports: Readonly<Record<Role, number>>;
  /** Cuts every order session, as a venue's gateway does when it fails. */
  killOrderSessions(): number;
  /** Loses every session's numbers and messages; the links drop. */
  amnesia(): void;
  close(): Promise<void>;
}

/** One connection: bytes in, and the member that they turned out to be of. */
interface Line {
  readonly role: Role;
  readonly wire: Wire;
  member: Member | null;
  ended: boolean;
}

/**
 * The sockets of the venue, one port a role. What arrives in one round of the event loop is one turn: read, decided,
 * committed, answered.
 */
export async function startServer(options: ServerOptions): Promise<Server> {
  const { exchange } = options;
  const inputs: ((turn: Turn) => void)[] = [];
  let scheduled = false;
  const soon = (input: (turn: Turn) => void): void => {
    inputs.push(input);
    if (scheduled) return;
    scheduled = true;
    setImmediate(() => {
      scheduled = false;
      const work = inputs.splice(0);
      exchange.turn((turn) => {
        for (const each of work) each(turn);
      });
    });
  };
  exchange.dispatch.onDue = soon;
  const lines = new Set<Line>();
  const desk = { options, lines, soon };
  exchange.turn((turn) => {
    for (const profile of readProfiles(options.ledger)) {
      if (profile.role !== 'market-data') exchange.dispatch.add(makeMember(profile, options), false, turn);
    }
  });
  const roles: readonly Role[] = ['orders', 'drop-copy', 'market-data'];
  const opened = await Promise.all(roles.map((role) => open(role, options.ports[role], desk)));
  const timers = [
    setInterval(() => soon((turn) => tick(lines, turn)), TICK_MS),
    setInterval(() => soon((turn) => exchange.refill(turn)), REFILL_MS),
  ];
  const cut = (which: (line: Line) => boolean): number => {
    const hit = [...lines].filter(which);
    for (const line of hit) line.wire.cut();
    return hit.length;
  };
  const [orders, dropCopy, marketData] = opened.map(({ port }) => port);
  return {
    ports: { orders: orders ?? 0, 'drop-copy': dropCopy ?? 0, 'market-data': marketData ?? 0 },
    killOrderSessions: () => cut((line) => line.role === 'orders'),
    amnesia() {
      cut((line) => line.role !== 'market-data');
      for (const line of lines) {
        if (line.role === 'market-data') continue;
        line.ended = true;
        line.member = null;
      }
      options.ledger.forgetSessions();
      exchange.dispatch.forget();
    },
    async close() {
      for (const timer of timers) clearInterval(timer);
      await Promise.all(opened.map(({ listener }) => listener.close()));
      exchange.stop();
    },
  };
}

interface Desk {
  readonly options: ServerOptions;
  readonly lines: Set<Line>;
  readonly soon: (input: (turn: Turn) => void) => void;
}

function open(
  role: Role,
  port: number,
  desk: Desk,
): Promise<{ readonly listener: Listener; readonly port: number }> {
  return new Promise((resolve, reject) => {
    const listener = listen(
      { host: HOST, port },
      {
        listening: (actual) => resolve({ listener, port: actual }),
        accept: (connection) => accept(role, connection, desk),
        failed: (reason) => reject(new Error(`${role} on port ${port}: ${reason}`)),
      },
    );
  });
}

function accept(role: Role, connection: Connection, desk: Desk): ConnectionHandlers {
  const { exchange } = desk.options;
  const line: Line = {
    role,
    wire: createWire(connection, role === 'orders' ? exchange.faults : null),
    member: null,
    ended: false,
  };
  const framer = createFramer();
  desk.lines.add(line);
  return {
    connected: () => undefined,
    bytes: (bytes) => {
      const events = framer.push(bytes);
      desk.soon((turn) => {
        for (const event of events) {
          if (line.ended) return;
          if (event.kind === 'frame') take(line, event.bytes, turn, desk);
          else line.member?.input({ kind: 'garbled' }, turn);
        }
      });
    },
    closed: (reason) => {
      desk.lines.delete(line);
      desk.soon((turn) => {
        const current = line.member?.wire() === line.wire;
        if (current) line.member?.disconnected(reason, turn);
      });
    },
  };
}

/** One frame, and what a seeded network does around an order: lost before, between accept and answer, or after. */
function take(line: Line, frame: Uint8Array, turn: Turn, desk: Desk): void {
  const { faults } = desk.options.exchange;
  const member = line.member ?? enlist(line, frame, turn, desk);
  if (member === null) return;
  const strikes = line.role === 'orders' && isNewOrder(frame) && faults.strikes('disconnect');
  const variant = strikes ? faults.variant('disconnect', 3) : -1;
  if (variant === 0) {
    line.ended = true;
    line.wire.cut();
    return;
  }
  if (variant === 1) {
    // Its answers are decided and kept, but the cable is gone before they leave.
    line.wire.cut();
  }
  member.input({ kind: 'received', frame }, turn);
  if (variant === 2) turn.afterCommit(() => line.wire.cut());
  if (variant > 0) line.ended = true;
}

/** The first message names the member: its CompID, ours, the version. */
function enlist(line: Line, frame: Uint8Array, turn: Turn, desk: Desk): Member | null {
  const { exchange, ledger } = desk.options;
  const decoded = decode(frame);
  const first = decoded.ok ? decoded.value : null;
  const peer = first?.get(49) ?? '';
  const version = versionOf(first?.beginString);
  if (first === null || first.type !== 'A' || peer === '' || version === null) {
    line.ended = true;
    turn.afterCommit(() => line.wire.close('the first message is not a Logon of FIX 4.2 or 4.4'));
    return null;
  }
  const profile: MemberProfile = {
    role: line.role,
    version,
    peer,
    ours: first.get(56) ?? '',
    sendNextExpected: first.has(789),
  };
  const name = memberName(line.role, peer);
  const known = exchange.dispatch.member(name);
  const isKnown = known !== undefined && JSON.stringify(known.profile) === JSON.stringify(profile);
  const member = isKnown ? known : makeMember(profile, desk.options);
  if (!isKnown) exchange.dispatch.add(member, ledger.session(name) === null, turn);
  line.member = member;
  member.connected(line.wire, turn);
  return member;
}

function versionOf(beginString: string | undefined): FixVersion | null {
  return beginString === 'FIX.4.2' || beginString === 'FIX.4.4' ? beginString : null;
}

/** A session that begins at 1 has nothing to lose: a member who reset its own side may say so (141=Y). */
const UNKNOWN_SESSION: SavedSession = { ...NEW_SESSION, resetPending: true };

function makeMember(profile: MemberProfile, { exchange, ledger, now }: ServerOptions): Member {
  const name = memberName(profile.role, profile.peer);
  return new Member({
    profile,
    stored: profile.role === 'market-data' ? null : (ledger.session(name) ?? UNKNOWN_SESSION),
    lookup: (seq) => ledger.sent(name, seq),
    now,
    deliver: (of, message, during) => exchange.deliver(of, message, during),
    up: (of, during) => exchange.dispatch.flush(of, during),
  });
}

function tick(lines: ReadonlySet<Line>, turn: Turn): void {
  for (const { member, ended, wire } of lines) {
    if (member !== null && !ended && member.wire() === wire) member.input({ kind: 'tick' }, turn);
  }
}
