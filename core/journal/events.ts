/** The desk's file was made, or a new epoch begun over a broken or restored one. */
export interface EpochOpened {
  readonly kind: 'epoch-opened';
  readonly v: 1;
  readonly why: 'first' | 'restored-copy' | 'broken-chain';
  /** What of the old epoch stood, for the reader of the log. */
  readonly after: { readonly epoch: number; readonly seq: number; readonly hash: string } | null;
  readonly by: readonly string[];
}

/** A start of the desk: build and versions, for the audit. */
export interface DeskStarted {
  readonly kind: 'desk-started';
  readonly v: 1;
  readonly build: string;
}

/** A bound was reached: which, and what was done about it. */
export interface BoundReached {
  readonly kind: 'bound-reached';
  readonly v: 1;
  readonly bound: string;
  readonly limit: number;
  readonly outcome: string;
}

export type JournalFact = EpochOpened | DeskStarted | BoundReached;
