import type { DifferenceShown } from '#core/sync/contract.ts';
import type { Repair } from '#renderer/api/shapes.ts';

export interface RepairSaid {
  readonly repair: Repair;
  readonly label: string;
  /** Whose quantity it takes: none is taken that is not known. */
  readonly side: 'desk' | 'main' | 'exchange' | null;
}

export const REPAIRS: readonly RepairSaid[] = [
  {
    repair: 'take-exchange',
    label: 'Take the exchange’s: desk and main are put right to it',
    side: 'exchange',
  },
  { repair: 'take-desk', label: 'Take the desk’s: main is put right to it', side: 'desk' },
  { repair: 'take-main', label: 'Take main’s: the desk is put right to it', side: 'main' },
  { repair: 'book-by-hand', label: 'Book by hand: somebody enters it in main', side: null },
  { repair: 'open-as-leftover', label: 'Leave it open as a leftover: a person takes it on', side: null },
];

/** What the desk proposes, where this screen knows it; null: a person chooses. */
export function proposedOf({ proposed }: Pick<DifferenceShown, 'proposed'>): Repair | null {
  return REPAIRS.find(({ repair }) => repair === proposed)?.repair ?? null;
}
