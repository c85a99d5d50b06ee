/** Clients' trading accounts came in. The rows lie beside the log, under the hash. */
export interface AccountsImported {
  readonly kind: 'accounts-imported';
  readonly v: 1;
  readonly source: string;
  readonly sha256: string;
  readonly rows: number;
  readonly refused: number;
  readonly asOfMs: number;
  readonly by: string;
}

export type AccountFact = AccountsImported;
