import { statement } from './database.ts';
import type { Store } from './store.ts';

export interface Fence {
  readonly desk: string;
  readonly fence: string;
  /** Empty: all accounts of the desk. */
  readonly accounts: readonly string[];
  readonly why: string;
  readonly obeyed: boolean;
  readonly lifted: boolean;
}

/** What desks asked main to keep its hands off. */
export class Fences {
  readonly #store: Store;
  readonly #fences = new Map<string, Fence>();

  constructor(store: Store) {
    this.#store = store;
  }

  async load(): Promise<void> {
    this.#fences.clear();
    for (const row of await this.#store.rows(
      'SELECT desk, fence, accounts, why, obeyed, lifted FROM fences',
    )) {
      this.#remember({
        desk: String(row['desk']),
        fence: String(row['fence']),
        accounts: JSON.parse(String(row['accounts'])) as string[],
        why: String(row['why']),
        obeyed: Number(row['obeyed']) === 1,
        lifted: Number(row['lifted']) === 1,
      });
    }
  }

  all(): readonly Fence[] {
    return [...this.#fences.values()];
  }

  /** Asked again it is the same fence. */
  async put(fence: Fence, atMs: number): Promise<void> {
    const sql = `INSERT INTO fences VALUES ($1, $2, $3, $4, $5, 0, $6)
      ON CONFLICT (desk, fence) DO UPDATE SET obeyed = excluded.obeyed, lifted = 0`;
    const { desk, fence: id, accounts, why, obeyed } = fence;
    await this.#store.commit([statement(sql, desk, id, JSON.stringify(accounts), why, obeyed ? 1 : 0, atMs)]);
    this.#remember(fence);
  }

  async lift(desk: string, id: string): Promise<void> {
    const known = this.#fences.get(keyOf(desk, id));
    if (known === undefined) return;
    await this.#store.commit([
      statement('UPDATE fences SET lifted = 1 WHERE desk = $1 AND fence = $2', desk, id),
    ]);
    this.#remember({ ...known, lifted: true });
  }

  /** Whether main keeps its hands off this account. `home` names the desk of an account; null: every desk's. */
  holds(account: string, home: (account: string) => string | null): boolean {
    return this.all().some(({ obeyed, lifted, accounts, desk }) => {
      if (!obeyed || lifted) return false;
      if (accounts.length > 0) return accounts.includes(account);
      const owner = home(account);
      return owner === null || owner === desk;
    });
  }

  #remember(fence: Fence): void {
    this.#fences.set(keyOf(fence.desk, fence.fence), fence);
  }
}

function keyOf(desk: string, fence: string): string {
  return `${desk}/${fence}`;
}
