import type { Fact } from '#core/events.ts';
import type { Endpoint, VenueConfig } from '#core/exchange/config.ts';
import type { SessionRole, TradingSessionStatus } from '#core/exchange/events.ts';
import type { Capabilities, ExchangeGateway, LinkView, Staged } from '#core/exchange/port.ts';
import { createRateBucket } from '#core/exchange/rate.ts';
import { ok, refuse } from '#core/lib/result.ts';
import type { RequestId } from '#core/model/ids.ts';
import type { Instrument } from '#core/model/instrument.ts';
import { latin1 } from './codec.ts';
import { commandMessage, marketDataRequest, sessionStatusRequest } from './commands.ts';
import type { SessionConfig } from './machine-types.ts';
import { SESSION_DEFAULTS } from './machine-types.ts';
import type { FixGatewayDeps } from './gateway-deps.ts';
import { createReader } from './reader.ts';
import { createRecovery } from './recovery.ts';
import type { FixSession } from './session.ts';
import { createFixSession } from './session.ts';

export interface FixGateway extends ExchangeGateway {
  start(): void;
  stop(): void;
  tick(): void;
  links(): readonly LinkView[];
  subscribe(instruments: readonly Instrument[]): void;
  reset(session: SessionRole, by: string, reason: string): boolean;
}

/** Contracts of one market data request. */
const SUBSCRIBE_CHUNK = 200;
const SESSION_CODES: Readonly<Record<string, TradingSessionStatus>> = {
  1: 'halted',
  2: 'open',
  3: 'closed',
  4: 'pre-open',
  5: 'pre-close',
  7: 'closing-auction',
  8: 'risk-reduction',
};

export function createFixGateway(deps: FixGatewayDeps): FixGateway {
  const { config, journal, host } = deps;
  const { venue } = config;
  const bucket = createRateBucket(config.ratePerSecond);
  const recovery = createRecovery();
  let phase: 'down' | 'recovering' | 'ready' = 'down';
  let barrierPassed = false;
  let requests = 0;
  const wanted = new Map<string, Instrument>();
  const subscribed = new Set<string>();

  const capabilities: Capabilities = {
    ...config.capabilities,
    massCancel: config.capabilities.massCancel && config.version !== '4.2',
    dropCopy: config.dropCopy !== null,
    marketData: config.marketData !== null,
  };
  const reader = createReader({ ...deps, sessionCodes: SESSION_CODES });

  const session = (role: SessionRole, endpoint: Endpoint, durable: boolean): FixSession =>
    createFixSession({
      venue,
      role,
      config: sessionConfig(config, endpoint, role, deps.credentials(endpoint)),
      endpoint: () => deps.endpoint(endpoint),
      durable,
      journal,
      host,
      facts: reader.factMaker(role, (change) => {
        if (role === 'orders') orderLinkChanged(change.kind);
        if (role === 'drop-copy' && change.kind === 'up') dropCopy?.barrier('drop-copy');
        if (role === 'market-data' && change.kind === 'up') subscribed.clear();
      }),
    });

  const orders = session('orders', config.orders, true);
  const dropCopy = config.dropCopy === null ? null : session('drop-copy', config.dropCopy, true);
  const marketData = config.marketData === null ? null : session('market-data', config.marketData, false);
  const all = [orders, dropCopy, marketData].filter((each) => each !== null);

  const orderLinkChanged = (kind: string): void => {
    if (kind === 'up' || kind === 'lost') {
      phase = 'recovering';
      barrierPassed = false;
      recovery.begin(host.now());
      if (kind === 'up' && capabilities.tradingSession) sendCounted([sessionStatusRequest(nextName('G'))]);
      orders.barrier('recovery');
    } else if (kind === 'down' || kind === 'stopped') {
      phase = 'down';
    } else if (kind === 'barrier-passed') {
      barrierPassed = true;
      host.reached('in-recovery');
      recover();
    }
  };

  const nextName = (prefix: string): string => {
    requests += 1;
    return `${prefix}${host.now()}-${requests}`;
  };

  const sendCounted = (messages: Parameters<FixSession['send']>[0]): void => {
    bucket.take(host.now(), messages.length);
    orders.send(messages);
  };

  /** Asks about what is in doubt; ready when the first rounds are over. */
  const recover = (): void => {
    if (!orders.up() || !barrierPassed) return;
    const now = host.now();
    if (capabilities.orderStatus) {
      const due = recovery.due(deps.doubtful(), now, Math.min(bucket.allowance(now), config.burstMax));
      if (due.length > 0) {
        const asked = due.map((order) => ({ kind: 'status', requestId: nextName('H') as RequestId, order }) as const);
        sendCounted(asked.map((command) => commandMessage(command, config, now)));
      }
    }
    if (phase !== 'recovering') return;
    const doubtful = deps.doubtful();
    const outcome = capabilities.orderStatus ? recovery.outcome(doubtful, now) : { asked: 0, stillInDoubt: doubtful.length };
    if (outcome === null) return;
    const kept = journal.append([{ kind: 'venue-recovered', v: 1, venue, ...outcome }]);
    if (kept.ok) phase = 'ready';
  };

  const doubtUnanswered = (): void => {
    const late = deps.unanswered(host.now() - config.answerTimeoutMs);
    if (late.length === 0) return;
    const kept = journal.append(late.map((orderId): Fact => ({ kind: 'order-in-doubt', v: 1, orderId, why: 'no-answer' })));
    if (!kept.ok) host.log.error('doubt not journalled', { venue, reason: kept.refusal.reason });
  };

  const subscribeDue = (): void => {
    if (marketData?.up() !== true) return;
    const fresh = [...wanted.values()].filter(({ instrumentId }) => !subscribed.has(instrumentId)).slice(0, SUBSCRIBE_CHUNK);
    if (fresh.length === 0) return;
    for (const { instrumentId } of fresh) subscribed.add(instrumentId);
    marketData.send([marketDataRequest(nextName('V'), fresh, config)]);
  };

  return {
    venue,
    capabilities,
    burstMax: config.burstMax,
    ready: () => phase === 'ready' && orders.up(),
    allowance: (nowMs) => bucket.allowance(nowMs),
    stage(commands) {
      if (!orders.up()) return refuse({ reason: 'link-down', text: `${venue}: the order session is down` });
      if (phase !== 'ready') return refuse({ reason: 'not-recovered', text: `${venue}: orders in doubt are being asked about` });
      if (commands.length > config.burstMax) return refuse({ reason: 'burst-too-large', text: `at most ${config.burstMax} in one burst` });
      const now = host.now();
      const staged = orders.stage(commands.map((command) => commandMessage(command, config, now)));
      if (staged === null) return refuse({ reason: 'link-down', text: `${venue}: the order session is down` });
      return ok(stagedBurst(staged, () => bucket.take(now, commands.length)));
    },
    start: () => all.forEach((each) => each.start()),
    stop: () => all.forEach((each) => each.stop()),
    tick() {
      for (const each of all) each.tick();
      if (orders.up()) doubtUnanswered();
      recover();
      subscribeDue();
    },
    links: () => all.map((each) => readyView(each.view(), phase)),
    subscribe(instruments) {
      for (const instrument of instruments) wanted.set(instrument.instrumentId, instrument);
      subscribeDue();
    },
    reset(role, by, reason) {
      const target = role === 'orders' ? orders : role === 'drop-copy' ? dropCopy : marketData;
      if (target === null || target.view().state !== 'stopped') return false;
      const kept = journal.append([{ kind: 'session-reset', v: 1, venue, session: role, by, reason }]);
      return kept.ok && target.reset(by, reason);
    },
  };

  function stagedBurst(staged: NonNullable<ReturnType<FixSession['stage']>>, counted: () => void): Staged {
    return {
      facts: staged.outbound.map(
        ({ seq, journal: raw }): Fact => ({ kind: 'message-sent', v: 1, venue, session: 'orders', sequence: seq, raw: latin1(raw) }),
      ),
      tables: staged.tables,
      write: () => {
        counted();
        staged.write();
      },
      abandon: () => undefined,
    };
  }
}

function readyView(view: LinkView, phase: string): LinkView {
  return view.session === 'orders' && view.state === 'up' && phase !== 'ready' ? { ...view, state: 'recovering' } : view;
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
