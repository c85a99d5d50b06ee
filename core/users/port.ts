import { Exchange } from '#core/model/instrument.ts';
import { AccountId } from '#core/model/ids.ts';
import { z } from 'zod';

/** A person's name on this desk, as facts and orders carry it: lower case, for ever one person. */
export const UserId = z
  .string()
  .regex(/^[a-z][a-z0-9._-]{2,29}$/, 'three to thirty of a-z 0-9 . _ -, a letter first');

/** Under these the desk itself, the sealed credential and calls without a session act: no person is called so. */
const RESERVED_NAMES: ReadonlySet<string> = new Set(['break-glass', 'desk', 'local', 'nobody', 'unknown']);

export function isReservedName(user: string): boolean {
  return RESERVED_NAMES.has(user);
}

export const Role = z.enum(['dealer', 'branch', 'admin']);
export type Role = z.infer<typeof Role>;

/** A person's registration at an exchange. Orders carry the id; without it, or past its date, none may go. */
export const ExchangeUser = z.object({
  exchange: Exchange,
  /** 15 digits: NSE's NNF id (branch, user, terminal, location) and its likes at BSE and MCX. */
  id: z.string().regex(/^\d{15}$/, 'fifteen digits'),
  /** Terminal location code, as filed with the exchange. */
  location: z.string().trim().min(1).max(20),
  /** Last day (YYYY-MM-DD, IST) of the person's certificate (NISM or the exchange's own). */
  certificateUntil: z.iso.date(),
});
export type ExchangeUser = z.infer<typeof ExchangeUser>;

/** Most that one person may do with one order and one exit, in ten-thousandths of a rupee; null: no limit. */
export const Limits = z.object({
  orderNotionalE4: z.int().positive().nullable(),
  exitNotionalE4: z.int().positive().nullable(),
});
export type Limits = z.infer<typeof Limits>;

/** A person who may sign in at this desk. */
export const User = z.object({
  user: UserId,
  name: z.string().trim().min(1).max(120),
  email: z.union([z.email().max(200), z.literal('')]),
  /** With country code, digits only; empty when not known. */
  mobile: z.string().regex(/^(\+?\d{8,15})?$/, 'a telephone number'),
  role: Role,
  branch: z.string().max(40),
  /** Accounts beside those that the mapping by dealer and branch gives. */
  accounts: z.array(AccountId).max(5000),
  limits: Limits,
  exchangeUsers: z.array(ExchangeUser).max(10),
  status: z.enum(['asked', 'active', 'disabled']),
  /** Where the person comes from: this desk's admin, or a signed user set that is valid until then. */
  source: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('desk') }),
    z.object({ kind: z.literal('set'), set: z.string(), validUntilMs: z.number() }),
  ]),
});
export type User = z.infer<typeof User>;

export interface UsersPort {
  /** Any person, whatever the status. */
  get(user: string): User | null;
  /** The person when they may sign in and work now: active, and their user set still valid. */
  active(user: string): User | null;
  all(): Iterable<User>;
  /** Active admins: the last one is never disabled and never locked out for good. */
  adminCount(): number;
  /** There was a second admin at some time: what only admins do takes two from then on. */
  hadTwoAdmins(): boolean;
  /** Why this person may not send orders to the exchange now (IST date); null when they may. */
  mayNotSend(user: string, exchange: Exchange, date: string): UserRefusal | null;
}

export interface UserRefusal {
  readonly reason:
    | 'user-exists'
    | 'unknown-user'
    | 'not-asked'
    | 'already-disabled'
    | 'not-disabled'
    | 'last-admin'
    | 'too-many-users'
    | 'exchange-id-missing'
    | 'exchange-id-lapsed'
    | 'over-order-limit'
    | 'over-exit-limit'
    | 'set-not-signed'
    | 'set-expired'
    | 'set-too-old'
    | 'set-of-another-desk'
    | 'set-unreadable'
    | 'comes-from-set'
    | 'wrong-proof'
    /** Persons are let in already. */
    | 'not-first-run'
    /** Not let in yet: approve first. */
    | 'still-asked'
    /** Nobody changes or confirms a change of their own rights. */
    | 'own-change'
    /** Named by a revocation list of headquarters. */
    | 'revoked'
    | 'too-many-sets'
    | 'wrong-enrolment-code'
    | 'too-many-attempts';
  readonly text: string;
}
