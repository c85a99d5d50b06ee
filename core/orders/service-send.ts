import type { Host } from '#core/host.ts';
import type { Fact } from '#core/events.ts';
import type { ExchangeGateway, GatewayCommand, Staged } from '#core/exchange/port.ts';
import type { Journal } from '#core/journal/port.ts';
import { ok, refuse, type Result } from '#core/lib/result.ts';
import type { OrderFact } from './events.ts';
import type { Numbering } from './numbering.ts';
import type { OrderRefusal } from './port.ts';

export interface SendDeps {
  readonly journal: Pick<Journal, 'append'>;
  readonly numbering: Numbering;
  readonly host: Pick<Host, 'reached'>;
}

/** What goes to one venue in one burst, and the facts that say so. */
export interface Shipment {
  readonly gateway: ExchangeGateway;
  readonly commands: readonly GatewayCommand[];
  readonly facts: readonly OrderFact[];
}

/**
 * The order path (I1). Each venue gives its burst sequence numbers and bytes; one transaction commits them with
 * the facts; only then are the bytes written. A venue that refuses the burst is left out, the rest goes; a journal
 * that refuses sends nothing. The named points are where drills stop the process.
 */
export function ship(
  deps: SendDeps,
  shipments: readonly Shipment[],
  beside: readonly Fact[],
): Result<readonly Shipment[], OrderRefusal> {
  const staged: { readonly shipment: Shipment; readonly staged: Staged }[] = [];
  let refusal: OrderRefusal | null = null;
  for (const shipment of shipments) {
    if (shipment.commands.length === 0) continue;
    const result = shipment.gateway.stage(shipment.commands);
    if (result.ok) staged.push({ shipment, staged: result.value });
    else refusal ??= result.refusal;
  }
  if (staged.length === 0 && beside.length === 0) {
    deps.numbering.settle();
    return refusal === null ? ok([]) : refuse(refusal);
  }
  deps.host.reached('before-commit');
  const facts: Fact[] = [...beside];
  for (const one of staged) facts.push(...one.shipment.facts);
  for (const one of staged) facts.push(...one.staged.facts);
  const committed = deps.journal.append(facts, (tx) => {
    for (const one of staged) one.staged.tables(tx);
  });
  deps.numbering.settle();
  if (!committed.ok) {
    for (const one of staged) one.staged.abandon();
    return committed;
  }
  if (staged.length === 0) return refusal === null ? ok([]) : refuse(refusal);
  deps.host.reached('commit-write');
  for (const one of staged) one.staged.write();
  deps.host.reached('write-ack');
  return ok(staged.map((one) => one.shipment));
}
