import type { Fact } from '#core/events.ts';
import type { Endpoint, VenueConfig } from '#core/exchange/config.ts';
import type { SessionRole } from '#core/exchange/events.ts';
import type {
  Capabilities,
  ExchangeGateway,
  GatewayCommand,
  GatewayRefusal,
  LinkView,
  Staged,
} from '#core/exchange/port.ts';
import { createRateBucket } from '#core/exchange/rate.ts';
import type { RateBucket } from '#core/exchange/rate.ts';
import { ok, refuse } from '#core/lib/result.ts';
import type { Result } from '#core/lib/result.ts';
import { RequestId } from '#core/model/ids.ts';
import type { VenueId } from '#core/model/ids.ts';
import type { Instrument } from '#core/model/instrument.ts';
import { latin1 } from './codec.ts';
import { commandMessage, marketDataRequest, sessionStatusRequest } from './commands.ts';
import type { SessionConfig } from './machine-types.ts';
import { SESSION_DEFAULTS } from './machine-types.ts';
import type { FixGatewayDeps } from './gateway-deps.ts';
import { createReader } from './reader.ts';
import { createRecovery } from './recovery.ts';
import type { FixSession, LinkChange } from './session-port.ts';
import { createFixSession } from './session.ts';

export interface FixGateway extends ExchangeGateway {
  start(): void;
  stop(): void;
  /** After `stop`: true when every connection is gone; `force` closes them at once. */
  ended(force: boolean): boolean;
  tick(): void;
  links(): readonly LinkView[];
  subscribe(instruments: readonly Instrument[]): void;
  reset(session: SessionRole, by: string, reason: string): boolean;
}

/** Contracts of one market data request. */
const SUBSCRIBE_CHUNK = 200;

export function createFixGateway(deps: FixGatewayDeps): FixGateway {
  return new Gateway(deps);
}

class Gateway implements FixGateway {
  readonly venue: VenueId;
  readonly capabilities: Capabilities;
  readonly burstMax: number;
  readonly #deps: FixGatewayDeps;
  readonly #bucket: RateBucket;
  readonly #recovery = createRecovery();
  readonly #orders: FixSession;
  readonly #dropCopy: FixSession | null;
  readonly #marketData: FixSession | null;
  readonly #wanted = new Map<string, Instrument>();
  readonly #subscribed = new Set<string>();
  #phase: 'down' | 'asking' | 'ready' = 'down';
  #barrierPassed = false;
  #missed = false;
  #names = 0;

  constructor(deps: FixGatewayDeps) {
    const { config } = deps;
    this.#deps = deps;
    this.venue = config.venue;
    this.burstMax = config.burstMax;
    this.capabilities = {
      ...config.capabilities,
      massCancel: config.capabilities.massCancel && config.version !== '4.2',
      dropCopy: config.dropCopy !== null,
      marketData: config.marketData !== null,
    };
    this.#bucket = createRateBucket(config.ratePerSecond);
    const reader = createReader(deps);
    const session = (role: SessionRole, endpoint: Endpoint): FixSession =>
      createFixSession({
        ...deps,
        venue: config.venue,
        role,
        config: sessionConfig(config, endpoint, role, deps.credentials(endpoint)),
        endpoint: () => deps.endpoint(endpoint),
        durable: role !== 'market-data',
        facts: reader.factMaker(role, (change) => this.#linkChanged(role, change)),
        wrote: (messages) => {
          if (role === 'orders') this.#bucket.take(deps.host.now(), messages);
        },
      });
    this.#orders = session('orders', config.orders);
    this.#dropCopy = config.dropCopy === null ? null : session('drop-copy', config.dropCopy);
    this.#marketData = config.marketData === null ? null : session('market-data', config.marketData);
  }

  ready(): boolean {
    return this.#phase === 'ready' && this.#orders.up();
  }

  allowance(nowMs: number): number {
    return this.#bucket.allowance(nowMs);
  }

  stage(commands: readonly GatewayCommand[]): Result<Staged, GatewayRefusal> {
    const { host, config } = this.#deps;
    const down = { reason: 'link-down', text: `${this.venue}: the order session is down` } as const;
    if (!this.#orders.up()) return refuse(down);
    if (this.#phase !== 'ready')
      return refuse({
        reason: 'not-recovered',
        text: `${this.venue}: orders in doubt are being asked about`,
      });
    if (commands.length > this.burstMax)
      return refuse({ reason: 'burst-too-large', text: `at most ${this.burstMax} in one burst` });
    const now = host.now();
    const staged = this.#orders.stage(commands.map((command) => commandMessage(command, config, now)));
    if (staged === null) return refuse(down);
    return ok({
      facts: staged.outbound.map((message) => this.#sentFact(message)),
      tables: staged.tables,
      write: staged.write,
      abandon: () => undefined,
    });
  }

  start(): void {
    for (const session of this.#sessions()) session.start();
  }

  stop(): void {
    for (const session of this.#sessions()) session.stop();
  }

  ended(force: boolean): boolean {
    return this.#sessions()
      .map((session) => session.ended(force))
      .every((ended) => ended);
  }

  tick(): void {
    this.#mendCoverage();
    for (const session of this.#sessions()) session.tick();
    this.#ask();
    this.#subscribeDue();
  }

  links(): readonly LinkView[] {
    return this.#sessions().map((session) => {
      const view = session.view();
      return session === this.#orders && view.state === 'up' && this.#phase !== 'ready'
        ? { ...view, state: 'recovering' }
        : view;
    });
  }

  subscribe(instruments: readonly Instrument[]): void {
    for (const instrument of instruments) this.#wanted.set(instrument.instrumentId, instrument);
    this.#subscribeDue();
  }

  reset(role: SessionRole, by: string, reason: string): boolean {
    const target =
      role === 'orders' ? this.#orders : role === 'drop-copy' ? this.#dropCopy : this.#marketData;
    if (target === null || target.view().state !== 'stopped') return false;
    return target.reset(by, reason);
  }

  #sessions(): readonly FixSession[] {
    return [this.#orders, this.#dropCopy, this.#marketData].filter((session) => session !== null);
  }

  #sentFact({ seq, journal }: { readonly seq: number; readonly journal: Uint8Array }): Fact {
    return {
      kind: 'message-sent',
      v: 1,
      venue: this.venue,
      session: 'orders',
      sequence: seq,
      raw: latin1(journal),
    };
  }

  /** Once a newer position file or day has taken the place of what was missed, the drop copy proves the rows again. */
  #mendCoverage(): void {
    const missed = this.#deps.missedTrades() !== null;
    if (this.#missed && !missed && this.#dropCopy?.up() === true) this.#dropCopy.barrier('drop-copy');
    this.#missed = missed;
  }

  #linkChanged(role: SessionRole, { kind }: LinkChange): void {
    if (role === 'drop-copy' && kind === 'up') this.#dropCopy?.barrier('drop-copy');
    if (role === 'market-data' && kind === 'up') this.#subscribed.clear();
    if (role === 'orders') this.#orderLinkChanged(kind);
  }

  #orderLinkChanged(kind: LinkChange['kind']): void {
    if (kind === 'up' || kind === 'lost') {
      this.#phase = 'asking';
      this.#barrierPassed = false;
      this.#recovery.begin();
      this.#orders.barrier('recovery');
    } else if (kind === 'down' || kind === 'stopped') {
      this.#phase = 'down';
    } else if (kind === 'barrier-passed') {
      this.#barrierPassed = true;
      this.#deps.host.reached('in-recovery');
      this.#askTradingSession();
      this.#ask();
    } else if (kind === 'not-delivered' && this.#barrierPassed) {
      this.#askTradingSession();
    }
  }

  /** Our name of a message that is no request about an order's life. */
  #name(prefix: string): RequestId {
    this.#names += 1;
    return RequestId.parse(`${prefix}${this.#deps.host.now()}-${this.#names}`);
  }

  /**
   * Not before the barrier: a question sent into a gap of the peer is gap-filled with the rest of it, and a halt
   * from before the break would stand for the whole day.
   */
  #askTradingSession(): void {
    if (!this.capabilities.tradingSession || !this.#orders.up()) return;
    this.#orders.send([sessionStatusRequest(this.#name('G'))]);
  }

  /** Asks about what is in doubt; the venue is ready when all is answered, or after the rounds that it gets. */
  #ask(): void {
    if (this.#phase !== 'asking' || !this.#orders.up() || !this.#barrierPassed) return;
    const { config, host, journal } = this.#deps;
    const now = host.now();
    if (this.capabilities.orderStatus) {
      const most = Math.min(this.#bucket.allowance(now), this.burstMax);
      const due = this.#recovery.due(this.#deps.doubtful(), now, most);
      const asked = due.map((order) => ({ kind: 'status', requestId: this.#name('H'), order }) as const);
      if (asked.length > 0) this.#orders.send(asked.map((command) => commandMessage(command, config, now)));
    }
    const doubtful = this.#deps.doubtful();
    const outcome = this.capabilities.orderStatus
      ? this.#recovery.outcome(doubtful)
      : { asked: 0, stillInDoubt: doubtful.length };
    if (outcome === null) return;
    const kept = journal.append([{ kind: 'venue-recovered', v: 1, venue: this.venue, ...outcome }]);
    if (kept.ok) this.#phase = 'ready';
  }

  #subscribeDue(): void {
    if (this.#marketData?.up() !== true) return;
    const fresh = [...this.#wanted.values()]
      .filter(({ instrumentId }) => !this.#subscribed.has(instrumentId))
      .slice(0, SUBSCRIBE_CHUNK);
    if (fresh.length === 0) return;
    for (const { instrumentId } of fresh) this.#subscribed.add(instrumentId);
    this.#marketData.send([marketDataRequest(this.#name('V'), fresh, this.#deps.config)]);
  }
}

function sessionConfig(
  config: VenueConfig,
  endpoint: Endpoint,
  role: SessionRole,
  credentials: { readonly username: string; readonly password: string } | null,
): SessionConfig {
  return {
    ...SESSION_DEFAULTS,
    name: `${config.venue}/${role}`,
    beginString: config.version === '4.2' ? 'FIX.4.2' : 'FIX.4.4',
    senderCompId: endpoint.senderCompId,
    targetCompId: endpoint.targetCompId,
    role: 'initiator',
    heartbeatSeconds: endpoint.heartbeatSeconds,
    resetOnLogon: role === 'market-data',
    sendingTimeToleranceMs: config.clockToleranceMs,
    sendNextExpected: config.version === '4.4' && config.nextExpected,
    supportedTypes: SUPPORTED[role],
    ...(credentials === null ? {} : { credentials }),
  };
}

const SUPPORTED: Readonly<Record<SessionRole, ReadonlySet<string>>> = {
  orders: new Set(['8', '9', 'h', 'j', 'r']),
  'drop-copy': new Set(['8', 'j']),
  'market-data': new Set(['W', 'X', 'Y', 'j']),
};
