/** What core needs from outside, handed in by a host. No clock, chance or path of its own. */
export interface Host {
  /** Epoch milliseconds. */
  now(): number;
  /** Milliseconds that only go forward, for measuring. */
  monotonicMs(): number;
  randomBytes(length: number): Uint8Array;
  /** A number from 0 up to 1, for spreading retries. */
  random(): number;
  /** Runs `tick` every `everyMs` until the returned function is called. */
  every(everyMs: number, tick: () => void): () => void;
  /** Runs `task` once, after the current one, without waiting for time to pass. */
  soon(task: () => void): void;
  readonly log: Log;
  readonly paths: Paths;
  readonly secrets: Secrets;
  /** Named points of the order path and of the handback, for drills that stop the process there. Does nothing in a desk. */
  reached(point: Point): void;
}

export type Point =
  | 'before-commit'
  | 'commit-write'
  | 'write-ack'
  | 'ack-fill'
  | 'in-recovery'
  /** Facts were handed to the link to main, unanswered; main's acknowledgement was read, not yet kept. */
  | 'handback-send'
  | 'handback-ack';

/** Plain words and numbers; never a secret, never a whole PAN (I11). */
export interface Log {
  info(message: string, details?: Readonly<Record<string, string | number | boolean>>): void;
  warn(message: string, details?: Readonly<Record<string, string | number | boolean>>): void;
  error(message: string, details?: Readonly<Record<string, string | number | boolean>>): void;
}

export interface Paths {
  /** Folder of the desk's data; made when missing. */
  readonly data: string;
  /** Folder of the built screen; null when this host serves none. */
  readonly screen: string | null;
}

/**
 * Keys by name, each of at most 4,096 bytes. The host decides where they lie: sealed under a master key that the OS
 * keychain or a passphrase keeps. Throws when what is kept is damaged: a desk does not go on with another key.
 */
export interface Secrets {
  get(name: string): Promise<Uint8Array | null>;
  /** Kept through a crash when it resolves; takes the place of what was there. */
  set(name: string, value: Uint8Array): Promise<void>;
  /** What is kept under the name; where nothing is, `fresh` is kept. Two processes at once get the same. */
  make(name: string, fresh: () => Uint8Array): Promise<Uint8Array>;
  remove(name: string): Promise<void>;
}
