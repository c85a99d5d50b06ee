import type { AccountsPort } from '#core/accounts/port.ts';
import type { Log, Point } from '#core/host.ts';
import type { JournalFile } from '#core/journal/journal.ts';
import type { JournalRefusal } from '#core/journal/port.ts';
import type { Signer } from '#core/journal/signer.ts';
import type { FileRefusal } from '#core/lib/table.ts';
import type { Result } from '#core/lib/result.ts';
import type { OrderId } from '#core/model/ids.ts';
import type { OrdersPort } from '#core/orders/port.ts';
import type { PositionsPort } from '#core/positions/port.ts';
import type { SyncShown } from './contract.ts';
import type { AckRefusal } from './domain-files.ts';
import type { DecideRefusal } from './domain-reconcile.ts';
import type { FromDesk, FromMain, NetRow } from './messages.ts';

type Welcome = Extract<FromMain, { type: 'welcome' }>;

/** What handing back uses of the link to main. */
export interface HandbackLink {
  /** False: not up, or its queue is full; nothing was taken. */
  send(message: FromDesk): boolean;
  on(listener: (message: FromMain) => void): () => void;
  onState(listener: () => void): () => void;
  state(): {
    readonly state: SyncShown['link'];
    readonly sinceMs: number;
    readonly text: string;
    readonly main: string | null;
    readonly welcome: Welcome | null;
  };
}

export interface HandbackDeps {
  readonly journal: Pick<JournalFile, 'append' | 'broken' | 'desk' | 'follow' | 'head' | 'reader' | 'stored'>;
  readonly link: HandbackLink;
  readonly host: {
    now(): number;
    every(everyMs: number, tick: () => void): () => void;
    soon(task: () => void): void;
    readonly log: Log;
    reached(point: Extract<Point, `handback-${string}`>): void;
  };
  readonly signer: Signer;
  readonly build: string;
  /** The signal `reconciled` of the mode machine: HANDBACK goes over to STANDBY. */
  readonly endHandback: (
    by: readonly string[],
    why: string,
  ) => Result<unknown, { readonly reason: string; readonly text: string }>;
  readonly orders: Pick<OrdersPort, 'order' | 'orders' | 'ofRow'>;
  readonly positions: Pick<PositionsPort, 'rows'>;
  /** Net positions that the exchange's own word proves. */
  readonly exchangePositions: () => Iterable<NetRow>;
  readonly accounts: Pick<AccountsPort, 'find'>;
  /** The account's home is this desk, by main's mapping. */
  readonly isHome: (account: string) => boolean;
  /** Exits that are not ended. */
  readonly runs: () => readonly string[];
  readonly cancelOrders: (orderIds: readonly OrderId[], why: string) => void;
  /** What is followed of main's book. */
  readonly book: () => SyncShown['book'];
  /** The dealer's id at the exchange, of 15 digits; empty when none is known. */
  readonly nnfId: (dealer: string, exchange: string) => string;
}

export type HandbackRefusal =
  | {
      readonly reason:
        | 'not-now'
        | 'no-main'
        | 'link-down'
        | 'not-yet'
        | 'unknown-order'
        | 'not-working'
        | 'order-in-doubt'
        | 'unknown-certificate'
        | 'certificate-too-large'
        | 'mode-did-not-move';
      readonly text: string;
    }
  | DecideRefusal
  | AckRefusal
  | FileRefusal
  | JournalRefusal;

/** So often what main has not answered is said again. */
export const SAY_AGAIN_MS = 10_000;
