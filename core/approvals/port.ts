import type { Action } from '#core/lib/procedure.ts';
import type { Result } from '#core/lib/result.ts';

/** Who must agree to an action of a branch beside the one who asks. */
export type Requirement = 'one' | 'two' | 'remote-signature' | 'telephone-code';

export interface ApprovalRefusal {
  readonly reason:
    | 'second-person-needed'
    | 'unknown-approval'
    | 'approval-expired'
    | 'approval-spent'
    | 'approval-refused'
    | 'same-person'
    | 'may-not-approve'
    | 'wrong-signature'
    | 'wrong-code'
    | 'wrong-proof'
    | 'too-many-approvals'
    | 'journal-not-writable'
    | 'journal-read-only';
  readonly text: string;
}

/** What the router asks before it runs a call that states an action. */
export interface ApprovalsPort {
  /**
   * The persons under whose names this may be done now, the asker first; or `second-person-needed`, after the asking
   * was written down for the second person to see. `subject`: SHA-256 (hex) of the call's path and its parsed input.
   * `atLeast`: the service itself asked for so many persons.
   */
  persons(asked: {
    readonly action: Action;
    readonly call: string;
    readonly subject: string;
    readonly text: string;
    readonly by: string;
    /** The person behind `by` when that is an API key: its owner is not the second person. */
    readonly person?: string;
    readonly branch: string;
    readonly atLeast?: number;
  }): Result<readonly string[], ApprovalRefusal>;
  /** The call was done: its approval works no second time. `persons` as `persons()` gave them. */
  spend(subject: string, persons: readonly string[]): void;
}
