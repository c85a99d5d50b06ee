import type { ApiKey } from './auth/port.ts';
import type { AccountScope } from './model/scope.ts';
import type { Credential, Origin, Session } from './sessions/port.ts';
import type { Role, User } from './users/port.ts';

/** What a wire hands to the door with each call. The credential is looked up again every time. */
export interface CallContext {
  readonly origin: Origin;
  readonly credential: () => Credential | null;
  /** Makes the wire carry this session from now on; null takes away the one that it carries. */
  readonly carry: (secret: string | null, lifeMs: number) => void;
}

/** Who asks, once the door knows. */
export interface Actor {
  /** As facts name them: a user, `key:ID`, `desk` (the program itself), `nobody` (public calls). */
  readonly by: string;
  readonly role: Role | 'key' | 'desk' | 'nobody';
  /** The person, or the one who answers for the key; null for the desk itself and for nobody. */
  readonly user: User | null;
  readonly session: Session | null;
  readonly key: ApiKey | null;
}

/** What a handler is told beside its parsed input. It declares only the part that it uses. */
export interface HandlerContext {
  readonly by: string;
  readonly actor: Actor;
  /** The asker first, then who agreed; one name where policy asks for no more. */
  readonly persons: readonly string[];
  readonly scope: AccountScope;
  readonly origin: Origin;
  readonly carry: CallContext['carry'];
  readonly signal?: AbortSignal | undefined;
}
