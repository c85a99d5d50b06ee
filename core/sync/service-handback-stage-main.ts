import { GENESIS, headMessage, hexOf, rowHash } from '#core/journal/chain.ts';
import type { EpochOpened } from '#core/journal/events.ts';
import { isSignedBy } from '#core/journal/signer.ts';
import type { FactRow, FromDesk, FromMain, LateOrder, NetRow, Place, SignedHead } from './messages.ts';
import type { HandbackLink } from './service-handback-deps.ts';

export const WINDOW = 40;
interface Tail {
  readonly first: number;
  readonly seq: number;
  readonly hash: string;
}

/** A main in memory: keeps each row once, in order, its chain and heads checked; answers what a main answers. */
export class PlayedMain {
  readonly rows = new Map<string, FactRow>();
  readonly certificates = new Map<string, { readonly text: string; readonly signature: string }>();
  readonly #tails = new Map<number, Tail>();
  readonly #desk: string;
  positions: NetRow[] = [];
  late: LateOrder[] = [];
  obeys = true;
  /** Answers nothing that is asked, but takes facts. */
  mute = false;
  duplicates = 0;

  constructor(desk: string) {
    this.#desk = desk;
  }

  places(): Place[] {
    return Array.from(this.#tails, ([epoch, { seq }]) => ({ epoch, seq }));
  }

  /** All that it has, in order of its keys. */
  log(): readonly string[] {
    return [...this.rows.values()]
      .toSorted((one, other) => one.epoch - other.epoch || one.seq - other.seq)
      .map(({ epoch, seq, body }) => `${epoch}/${seq} ${body}`);
  }

  hear(message: FromDesk): FromMain[] {
    switch (message.type) {
      case 'facts':
        return this.#take(message.rows, message.heads);
      case 'fence':
        if (this.mute) return [];
        return [{ type: 'fenced', fence: message.fence, obeyed: this.obeys, late: this.late, text: 'heard' }];
      case 'reconcile':
        if (this.mute) return [];
        return [{ type: 'positions', through: message.through, rows: this.positions, late: this.late }];
      case 'certificate':
        if (this.mute) return [];
        this.certificates.set(message.id, message);
        return [{ type: 'certificate-kept', id: message.id }];
      case 'hello':
      case 'beat':
      case 'lift-fence':
      case 'mapping-ack':
      case 'book-again':
        return [];
    }
  }

  /** Comes back with old data: the newest rows are gone. */
  lose(count: number): void {
    for (let left = count; left > 0; left -= 1) {
      const last = [...this.#tails].at(-1);
      if (last === undefined) return;
      const [epoch, { first, seq }] = last;
      this.rows.delete(`${epoch}/${seq}`);
      const before = this.rows.get(`${epoch}/${seq - 1}`);
      if (before === undefined) this.#tails.delete(epoch);
      else this.#tails.set(epoch, { first, seq: seq - 1, hash: before.hash });
    }
  }

  #take(rows: readonly FactRow[], heads: readonly SignedHead[]): FromMain[] {
    const answers: FromMain[] = [];
    const touched = new Set<number>();
    for (const row of rows) {
      const wrong = this.#takeOne(row);
      touched.add(row.epoch);
      if (wrong === null) continue;
      answers.push({ type: 'not-taken', epoch: row.epoch, seq: row.seq, reason: wrong, text: wrong });
      break;
    }
    for (const head of heads) {
      const { epoch, seq, hash, signature, publicKey } = head;
      if (!this.rows.has(`${epoch}/${seq}`)) continue;
      const message = headMessage(this.#desk, epoch, seq, Buffer.from(hash, 'hex'));
      const good = isSignedBy(Buffer.from(publicKey, 'hex'), message, Buffer.from(signature, 'hex'));
      if (good && this.rows.get(`${epoch}/${seq}`)?.hash === hash) continue;
      answers.push({ type: 'not-taken', epoch, seq, reason: 'signature', text: 'head' });
    }
    for (const epoch of touched) {
      const tail = this.#tails.get(epoch);
      if (tail !== undefined) answers.push({ type: 'acked', epoch, seq: tail.seq });
    }
    return answers;
  }

  #takeOne(row: FactRow): 'gap' | 'hash' | 'differs' | null {
    const { epoch, seq } = row;
    const tail = this.#tails.get(epoch);
    if (tail !== undefined && seq <= tail.seq) {
      if (this.rows.get(`${epoch}/${seq}`)?.hash !== row.hash) return 'differs';
      this.duplicates += 1;
      return null;
    }
    const before = tail === undefined ? this.#opening(row) : seq === tail.seq + 1 ? tail.hash : null;
    if (before === null) return 'gap';
    if (hexOf(rowHash(Buffer.from(before, 'hex'), this.#desk, row)) !== row.hash) return 'hash';
    this.rows.set(`${epoch}/${seq}`, row);
    this.#tails.set(epoch, { first: tail?.first ?? seq, seq, hash: row.hash });
    return null;
  }

  /** What the first row of an epoch is chained to; null when it is no first row. */
  #opening({ kind, body }: FactRow): string | null {
    if (kind !== 'epoch-opened') return null;
    const { after } = JSON.parse(body) as EpochOpened;
    return after === null ? hexOf(GENESIS) : after.hash;
  }
}

/** The line between desk and main, message by message in the hands of a test. */
export class PlayedLine {
  readonly toMain: FromDesk[] = [];
  readonly toDesk: FromMain[] = [];
  #welcome: Extract<FromMain, { type: 'welcome' }> | null = null;
  #is: 'off' | 'up' | 'down' = 'down';
  readonly #listeners = new Set<(message: FromMain) => void>();
  readonly #states = new Set<() => void>();
  /** Messages that the line takes before it pushes back. */
  room = Number.POSITIVE_INFINITY;

  readonly link: HandbackLink = {
    send: (message) => {
      if (this.#is !== 'up' || this.toMain.length >= this.room) return false;
      // As over a wire: nothing is shared.
      this.toMain.push(structuredClone(message));
      return true;
    },
    on: (listener) => {
      this.#listeners.add(listener);
      return () => void this.#listeners.delete(listener);
    },
    onState: (listener) => {
      this.#states.add(listener);
      return () => void this.#states.delete(listener);
    },
    state: () => ({ state: this.#is, sinceMs: 0, text: '', main: 'OMS', welcome: this.#welcome }),
  };

  up(main: PlayedMain, window: number = WINDOW): void {
    this.#welcome = {
      type: 'welcome',
      v: 1,
      main: 'OMS',
      nowMs: 0,
      beatMs: 1_000,
      acked: main.places(),
      window,
      mappingEpoch: 0,
    };
    this.#become('up');
  }

  /** What was on its way is lost, in both directions. */
  cut(): void {
    this.toMain.length = 0;
    this.toDesk.length = 0;
    this.#welcome = null;
    this.#become('down');
  }

  off(): void {
    this.#become('off');
  }

  get isUp(): boolean {
    return this.#is === 'up';
  }

  say(message: FromMain): void {
    for (const listener of this.#listeners) listener(message);
  }

  #become(state: 'off' | 'up' | 'down'): void {
    this.#is = state;
    for (const listener of this.#states) listener();
  }
}
