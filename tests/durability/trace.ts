/**
 * Reads what `strace -f -yy -s 65536` saw of a desk and says which socket writes were not durable before.
 *
 *   strace -f -yy -s 65536 -e trace=pwrite64,write,writev,sendto,sendmsg,fsync,fdatasync -o LOG node ...
 *
 * The rule (I1): when bytes go to the port, every write to the journal's WAL before it has been followed by a
 * sync of the WAL that returned 0. With `keys`, also: the id in the bytes was in such a WAL write.
 */
export interface TraceQuestion {
  readonly lines: Iterable<string>;
  /** Path of the journal; its WAL has the same name and `-wal`. */
  readonly journal: string;
  /** The port that the desk writes to. */
  readonly port: number;
  /** Finds the ids of the messages in the bytes of a socket write, as strace prints them; global. */
  readonly keys?: RegExp;
}

export interface Violation {
  /** Line of the trace, from 1. */
  readonly line: number;
  readonly what: 'not-synced' | 'nothing-written' | 'not-in-journal';
  readonly text: string;
}

export interface TraceAnswer {
  readonly socketWrites: number;
  readonly walWrites: number;
  readonly walSyncs: number;
  readonly violations: readonly Violation[];
}

const CALL = /^(?:\[pid +)?(\d+)?\]? *(\w+)\((.*)$/;
const RESUMED = /^(?:\[pid +)?(\d+)?\]? *<\.\.\. (\w+) resumed>(.*)$/;
const WRITES = new Set(['pwrite64', 'write', 'writev', 'pwritev', 'sendto', 'sendmsg']);
const SUCCEEDED = /\) += 0\b/;
const SYNCS = new Set(['fsync', 'fdatasync']);

export function checkTrace(question: TraceQuestion): TraceAnswer {
  const state = new TraceState(question);
  let line = 0;
  for (const text of question.lines) state.line(++line, text);
  return state.answer();
}

class TraceState {
  readonly #wal: string;
  readonly #peer: RegExp;
  readonly #keys: RegExp | null;
  readonly #violations: Violation[] = [];
  /** The ids in synced writes, and those of each write that is not synced yet. */
  readonly #synced = new Set<string>();
  #unsynced: (readonly string[])[] = [];
  /** By thread: how many of the unsynced writes a running sync promises. */
  readonly #syncing = new Map<string, number>();
  #walWrites = 0;
  #walSyncs = 0;
  #socketWrites = 0;

  constructor({ journal, port, keys }: TraceQuestion) {
    this.#wal = `<${journal}-wal>`;
    this.#peer = new RegExp(`^\\d+<TCP(?:v6)?:\\[[^>]*->[^>]*:${port}\\]>`);
    this.#keys = keys ?? null;
  }

  answer(): TraceAnswer {
    return {
      socketWrites: this.#socketWrites,
      walWrites: this.#walWrites,
      walSyncs: this.#walSyncs,
      violations: this.#violations,
    };
  }

  line(line: number, text: string): void {
    const resumed = RESUMED.exec(text);
    if (resumed !== null) {
      this.#resumed(resumed[1] ?? '', resumed[2] ?? '', resumed[3] ?? '');
      return;
    }
    const [, pid = '', call = '', rest = ''] = CALL.exec(text) ?? [];
    if (SYNCS.has(call) && rest.includes(this.#wal)) this.#sync(pid, rest);
    if (!WRITES.has(call)) return;
    const target = rest.slice(0, rest.indexOf(','));
    if (target.endsWith(this.#wal)) {
      this.#walWrites++;
      this.#unsynced.push(this.#keysOf(rest));
    } else if (this.#peer.test(target)) {
      this.#socketWrite(line, rest);
    }
  }

  #sync(pid: string, rest: string): void {
    // What is written while a sync runs is not promised by it.
    if (rest.includes('<unfinished ...>')) this.#syncing.set(pid, this.#unsynced.length);
    else if (SUCCEEDED.test(rest)) this.#done(this.#unsynced.length);
  }

  #resumed(pid: string, call: string, rest: string): void {
    const promised = this.#syncing.get(pid);
    if (!SYNCS.has(call) || promised === undefined) return;
    this.#syncing.delete(pid);
    if (SUCCEEDED.test(rest)) this.#done(promised);
  }

  #done(promised: number): void {
    this.#walSyncs++;
    for (const keys of this.#unsynced.splice(0, promised)) for (const key of keys) this.#synced.add(key);
  }

  #socketWrite(line: number, rest: string): void {
    this.#socketWrites++;
    const say = (what: Violation['what'], text: string): void =>
      void this.#violations.push({ line, what, text });
    if (this.#unsynced.length > 0) {
      say('not-synced', 'bytes went out while the WAL held writes that were not synced');
    } else if (this.#walSyncs === 0) {
      say('nothing-written', 'bytes went out before anything was in the journal');
    }
    for (const key of this.#keysOf(rest)) {
      if (!this.#synced.has(key)) say('not-in-journal', `${key} went out and was in no synced write`);
    }
  }

  #keysOf(rest: string): readonly string[] {
    return this.#keys === null ? [] : Array.from(rest.matchAll(this.#keys), ([key]) => key);
  }
}
