import type { PositionShown } from '#core/positions/contract.ts';
import { quantity } from './format.ts';

type Closing = Pick<PositionShown, 'closable' | 'reserved'>;

/** What an exit may still use of a row: orders pin the rest. */
export function stillClosable({ closable, reserved }: Closing): number {
  return Math.max(0, closable - reserved);
}

/** `300 closable, 100 reserved by orders`: why the number is smaller than the position. */
export function closableWords({ closable, reserved }: Closing): string {
  return reserved === 0
    ? `${quantity(closable)} closable`
    : `${quantity(closable)} closable, ${quantity(reserved)} reserved by working orders`;
}
