import type { Host } from '#core/host.ts';
import type { Journal } from '#core/journal/port.ts';
import type { Result } from '#core/lib/result.ts';
import type { DeskId } from '#core/model/ids.ts';
import type { SessionsPort } from '#core/sessions/port.ts';
import type { UserAsked, UserFact } from '#core/users/events.ts';
import type { UserRefusal, UsersPort } from '#core/users/port.ts';
import type { RestHost } from './service-hash.ts';

export interface AuthDeps {
  readonly journal: Pick<Journal, 'append' | 'reader'>;
  readonly host: Pick<Host, 'now' | 'randomBytes' | 'log'> & RestHost;
  readonly desk: DeskId;
  readonly sessions: SessionsPort;
  readonly users: UsersPort;
  /** What the users service decides about people, as facts: they go into one transaction with their passwords. */
  readonly asked: (person: Omit<UserAsked, 'kind' | 'v'>) => Result<UserFact, UserRefusal>;
  readonly firstAdmin: (user: string, name: string) => Result<readonly UserFact[], UserRefusal>;
  /** Nobody was ever let in here. */
  readonly firstRun: () => boolean;
  /** 32 bytes of the host's secrets. Without it no TOTP secret opens, and no recovery code is known. */
  readonly sealingKey: Uint8Array;
  /** Calls by their path, as `orders.place`: what an API key may name, and what of it trades. */
  readonly allCalls: ReadonlySet<string>;
  readonly tradingCalls: ReadonlySet<string>;
}
