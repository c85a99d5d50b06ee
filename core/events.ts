import type { AccountFact } from './accounts/events.ts';
import type { ApprovalFact } from './approvals/events.ts';
import type { AuthFact } from './auth/events.ts';
import type { DeskFact } from './desk/events.ts';
import type { ExchangeFact } from './exchange/events.ts';
import type { InstrumentFact } from './instruments/events.ts';
import type { JournalFact } from './journal/events.ts';
import type { OrderFact } from './orders/events.ts';
import type { PositionFact } from './positions/events.ts';
import type { SessionFact } from './sessions/events.ts';
import type { SettingsFact } from './settings/events.ts';
import type { SquareOffFact } from './square-off/events.ts';
import type { SyncFact } from './sync/events.ts';
import type { UserFact } from './users/events.ts';
import type { DeskId } from './model/ids.ts';

/** All that can have happened. Past tense, never edited; a changed shape is a new version `v`. */
export type Fact =
  | AccountFact
  | ApprovalFact
  | AuthFact
  | DeskFact
  | ExchangeFact
  | InstrumentFact
  | JournalFact
  | OrderFact
  | PositionFact
  | SessionFact
  | SettingsFact
  | SquareOffFact
  | SyncFact
  | UserFact;

export type FactKind = Fact['kind'];

/** A fact in its place. (desk, epoch, seq) is its key everywhere; `seq` orders, `atMs` only explains. */
export interface Entry {
  readonly desk: DeskId;
  readonly epoch: number;
  readonly seq: number;
  readonly atMs: number;
  readonly fact: Fact;
}
