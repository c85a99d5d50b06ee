/** The clients' accounts that somebody may see and touch. */
export interface AccountScope {
  /** Every account: nothing needs to be asked. */
  readonly all: boolean;
  has(account: string): boolean;
}

/** The scope of who may see the whole book: an admin's eyes, the desk itself. */
export const EVERY_ACCOUNT: AccountScope = { all: true, has: () => true };
