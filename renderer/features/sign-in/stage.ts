import type { Opened, Step } from '#core/auth/contract.ts';

/** Where a person stands at the door. */
export type Stage =
  | { readonly at: 'password' | 'register' | 'break-glass' | 'first-run' }
  | { readonly at: 'second-factor' | 'recover' | 'enrol'; readonly step: Step }
  | { readonly at: 'new-password'; readonly step: Step; readonly user: string }
  | { readonly at: 'codes'; readonly opened: Opened };

/** The screen that a step of the desk asks for. */
export function stageOf(step: Step, user: string): Stage {
  return step.step === 'new-password' ? { at: 'new-password', step, user } : { at: step.step, step };
}

export interface StageProps {
  readonly onStage: (next: Stage) => void;
}

export interface TicketProps extends StageProps {
  readonly step: Step;
  /** The session is open. */
  readonly onOpened: (opened: Opened) => void;
}
