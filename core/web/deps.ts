import type { Host, Secrets } from '#core/host.ts';
import type { Door } from '#core/router.ts';
import type { Credential, Origin } from '#core/sessions/port.ts';

/** What the web door needs; it looks no session up itself, it only carries credentials. */
export interface WebDeps {
  readonly router: Door;
  /** The desk's id: in its certificate and its OpenAPI document. */
  readonly desk: string;
  readonly host: Pick<Host, 'now' | 'monotonicMs' | 'every' | 'log' | 'paths'> & {
    readonly secrets: Pick<Secrets, 'get' | 'set'>;
  };
  /** Whether this credential opens anything now. Counts as no use of it. */
  readonly live: (credential: Credential) => Promise<boolean>;
  /** The web door turned something away; `call` is a call's path, a route of ours, `ws` or `none`. */
  readonly refused: (what: {
    readonly call: string;
    readonly origin: Origin;
    readonly reason: string;
  }) => void;
}
