import type { Fact } from '#core/events.ts';
import type { AccountId, InstrumentId } from '#core/model/ids.ts';
import { isOrderFact } from './apply.ts';
import type { Closable } from './checks.ts';
import { accountObjection, isOvercommitted } from './domain.ts';
import type { OrdersState } from './state.ts';

/** What is known of one account: its contracts that hold too much, and those to be looked at again. */
interface Judged {
  readonly over: Map<InstrumentId, string>;
  readonly dirty: Set<InstrumentId>;
}

/** Facts that change neither a reservation nor a position: they stand beside nearly every order. */
const NEUTRAL: ReadonlySet<Fact['kind']> = new Set<Fact['kind']>([
  'message-sent',
  'message-received',
  'plan-approved',
  'row-flat',
  'row-left-over',
]);

/**
 * Why an account takes no automation. A run asks for each of its rows and an account may have many, so an answer is
 * kept and only the contract that a fact of an own order is about is judged again; any other fact that could
 * matter makes everything be judged anew.
 */
export class Blocking {
  readonly #state: OrdersState;
  readonly #positions: Closable;
  readonly #accounts = new Map<AccountId, Judged>();

  constructor(state: OrdersState, positions: Closable) {
    this.#state = state;
    this.#positions = positions;
  }

  /** Null when nothing stands against it. */
  blocked(account: AccountId): string | null {
    const trouble = accountObjection(this.#state, account);
    if (trouble !== null) return trouble.text;
    const { over, dirty } = this.#judged(account);
    for (const instrumentId of dirty) {
      const text = this.#judge(account, instrumentId);
      if (text === null) over.delete(instrumentId);
      else over.set(instrumentId, text);
    }
    dirty.clear();
    for (const text of over.values()) return text;
    return null;
  }

  /** To be told of each fact once it is in memory. */
  note(fact: Fact): void {
    if (this.#accounts.size === 0 || NEUTRAL.has(fact.kind)) return;
    const order = isOrderFact(fact) && 'orderId' in fact ? this.#state.order(fact.orderId) : undefined;
    if (order === undefined) this.#accounts.clear();
    else this.#accounts.get(order.terms.account)?.dirty.add(order.terms.instrumentId);
  }

  #judged(account: AccountId): Judged {
    const known = this.#accounts.get(account);
    if (known !== undefined) return known;
    const held = this.#state.rowsHeldBy(account).map((row) => row.instrumentId);
    const fresh = { over: new Map<InstrumentId, string>(), dirty: new Set(held) };
    this.#accounts.set(account, fresh);
    return fresh;
  }

  #judge(account: AccountId, instrumentId: InstrumentId): string | null {
    const held = this.#state
      .holdingOf(account, instrumentId)
      .find(({ terms }) => isOvercommitted(this.#state, this.#positions, terms));
    return held === undefined ? null : `${instrumentId} ${held.terms.product} is overcommitted`;
  }
}
