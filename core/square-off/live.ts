import { present } from '#core/lib/assert.ts';
import type { AccountId, ExchangeOrderId, InstrumentId, OrderId, RunId } from '#core/model/ids.ts';
import type { Order } from '#core/orders/port.ts';
import type { Run, RunRow } from './domain.ts';
import { newMemory } from './domain-row-view.ts';
import type { RowMemory } from './domain-row-view.ts';
import type { RowKey } from './events.ts';
import { contractKey, isOver } from './plan-quantity.ts';
import { rowKey } from './plan-input.ts';
import { Queue } from './queue.ts';

/** A row of a run that is not ended, with what the engine keeps beside the facts. */
export interface LiveRow {
  readonly run: Run;
  readonly row: RunRow;
  readonly orderIds: OrderId[];
  memory: RowMemory;
  /** Orders of the row that lie in a venue's queue. */
  readonly queued: Set<OrderId>;
  wakeMs: number | null;
  dirty: boolean;
  /** Resting orders of step one in this row's contract. */
  readonly cancels: StepOne;
}

export interface StepOne {
  readonly own: readonly OrderId[];
  readonly foreign: readonly ExchangeOrderId[];
}

const NO_CANCELS: StepOne = { own: [], foreign: [] };

interface Wake {
  readonly atMs: number;
  readonly live: LiveRow;
}

/** The rows that runs work on, by every name under which a fact may concern them; and which need a look. */
export class LiveRows {
  private readonly rows = new Map<string, LiveRow>();
  private readonly byOrder = new Map<OrderId, LiveRow>();
  private readonly byContract = new Map<string, Set<LiveRow>>();
  private readonly byGroup = new Map<string, LiveRow[]>();
  private readonly dirty: LiveRow[] = [];
  private dirtyHead = 0;
  private readonly wakes = new Queue<Wake>((one, other) => one.atMs - other.atMs);

  get waiting(): number {
    return this.dirty.length - this.dirtyHead;
  }

  /** `cancels` by contract: see `contractKey`. */
  add(run: Run, cancels: ReadonlyMap<string, StepOne>): void {
    for (const row of run.rows.values()) {
      const live: LiveRow = {
        run,
        row,
        orderIds: [],
        memory: newMemory(row),
        queued: new Set(),
        wakeMs: null,
        dirty: false,
        cancels: cancels.get(contractKey(row.approved)) ?? NO_CANCELS,
      };
      this.rows.set(nameOf(run.runId, row.approved), live);
      const contract = contractKey(row.approved);
      const ofContract = this.byContract.get(contract) ?? new Set();
      this.byContract.set(contract, ofContract.add(live));
      const group = groupName(run.runId, row.approved.group);
      const members = this.byGroup.get(group);
      if (members === undefined) this.byGroup.set(group, [live]);
      else members.push(live);
      if (row.status === 'open') this.mark(live);
    }
  }

  attach(runId: RunId, key: RowKey, orderId: OrderId): void {
    const live = this.rows.get(nameOf(runId, key));
    if (live === undefined || this.byOrder.has(orderId)) return;
    live.orderIds.push(orderId);
    this.byOrder.set(orderId, live);
    this.mark(live);
  }

  /** After a restart: what earlier orders taught the row is known, save refusals that became leftovers. */
  recall(orders: Iterable<Order>): void {
    for (const order of orders) {
      if (order.runId === null) continue;
      this.attach(order.runId, order.terms, order.orderId);
      if (isOver(order.status) && order.status !== 'REJECTED') {
        this.byOrder.get(order.orderId)?.memory.seen.add(order.orderId);
      }
    }
  }

  get(runId: RunId, key: RowKey): LiveRow | undefined {
    return this.rows.get(nameOf(runId, key));
  }

  ofOrder(orderId: OrderId): LiveRow | undefined {
    return this.byOrder.get(orderId);
  }

  ofGroup(live: LiveRow): readonly LiveRow[] {
    return present(
      this.byGroup.get(groupName(live.run.runId, live.row.approved.group)),
      'the group of a row',
    );
  }

  mark(live: LiveRow): void {
    if (live.dirty) return;
    live.dirty = true;
    this.dirty.push(live);
  }

  markGroup(live: LiveRow): void {
    if (!live.run.hedges.has(live.row.approved.group)) return;
    for (const member of this.ofGroup(live)) this.mark(member);
  }

  markContract(account: AccountId, instrumentId: InstrumentId): void {
    for (const live of this.byContract.get(contractKey({ account, instrumentId })) ?? []) this.mark(live);
  }

  markRun(runId: RunId): void {
    for (const live of this.rows.values())
      if (live.run.runId === runId && live.row.status === 'open') this.mark(live);
  }

  markAll(): void {
    for (const live of this.rows.values()) if (live.row.status === 'open') this.mark(live);
  }

  next(): LiveRow | undefined {
    const live = this.dirty[this.dirtyHead];
    if (live === undefined) return undefined;
    this.dirtyHead += 1;
    if (this.dirtyHead === this.dirty.length) {
      this.dirty.length = 0;
      this.dirtyHead = 0;
    }
    live.dirty = false;
    return live;
  }

  wake(live: LiveRow, atMs: number): void {
    if (live.wakeMs !== null && live.wakeMs <= atMs) return;
    live.wakeMs = atMs;
    this.wakes.push({ atMs, live });
  }

  /** Marks every row whose time has come. */
  ring(nowMs: number): void {
    for (
      let first = this.wakes.first();
      first !== undefined && first.atMs <= nowMs;
      first = this.wakes.first()
    ) {
      this.wakes.pop();
      if (first.live.wakeMs !== first.atMs) continue;
      first.live.wakeMs = null;
      this.mark(first.live);
    }
  }
}

function nameOf(runId: RunId, key: RowKey): string {
  return `${runId}|${rowKey(key)}`;
}

function groupName(runId: RunId, group: string): string {
  return `${runId}|${group}`;
}
