import { present } from '#core/lib/assert.ts';
import type { FrontDoor } from '#drill/world/front-door.ts';

/** Why a row of a test may be closed. */
export const evidenceAt = (instructedAtMs: number) =>
  ({ authority: 'rms-decision', reference: 'RMS 41', channel: 'mail', instructedAtMs }) as const;

async function rowOf(door: FrontDoor, index: number) {
  const { rows } = await door.positions.list({ openOnly: true });
  return present(rows[index], 'a row of a test');
}

/** A dry run of one of the open rows that this person sees: unproven, so alone and with its read-back. */
export async function dryRunOf(door: FrontDoor, nowMs: number, index: number) {
  const { account, instrumentId, product, net } = await rowOf(door, index);
  const row = {
    account,
    instrumentId,
    product,
    quantity: null,
    readBack: net,
    evidence: null,
    limitE4: null,
  };
  const { planId, planHash } = await door.squareOff.dryRun({
    scope: { kind: 'rows', rows: [row] },
    evidence: evidenceAt(nowMs),
    instructions: [],
  });
  return { planId, planHash };
}

/** An order that closes all that one of the rows allows; the exchange says nothing to it. */
export async function orderOf(door: FrontDoor, nowMs: number, index: number): Promise<string> {
  const { account, instrumentId, product, closable, closingSide, price } = await rowOf(door, index);
  const { orderId } = await door.trades.place({
    account,
    instrumentId,
    product,
    side: present(closingSide, 'the side that closes'),
    quantity: closable,
    type: 'limit',
    priceE4: present(price, 'a price of the file').priceE4,
    timeInForce: 'DAY',
    evidence: evidenceAt(nowMs),
  });
  return orderId;
}
