import { permits, scopeOf } from './app-identity.ts';
import type { Identity } from './app-identity.ts';
import { isVisible } from './desk/domain-visible.ts';
import type { Actor, CallContext } from './door.ts';
import type { Doing, Touched } from './lib/procedure.ts';
import { ok, refuse } from './lib/result.ts';
import type { Result } from './lib/result.ts';
import { OrderId } from './model/ids.ts';
import { subjectOf } from './router-persons.ts';
import type { AnyRefusal, PersonsAsked } from './router-persons.ts';
import type { Parts, Services } from './app-services.ts';
import { countdowns } from './desk/countdown.ts';
import { createDesk } from './desk/service.ts';
import type { DeskDeps } from './desk/service.ts';
import { createExchangeCalls } from './exchange/service-calls.ts';
import type { AppRouter } from './router.ts';
import type { Session } from './sessions/port.ts';
import type { startWeb } from './web/server.ts';
import { modeRefusal } from './sync/domain-allows.ts';
import { scopeWords } from './sync/domain-scope.ts';
import { createRouter } from './router.ts';

/** The one door over all services. */
export function buildRouter(parts: Parts, services: Services, readiness: DeskDeps['readiness']): AppRouter {
  const { host, journal } = parts;
  const { exchange, identity, instruments, orders, pendingFiles, squareOff } = services;
  const accountOfOrder = (orderId: string): string | null =>
    orders.order(OrderId.parse(orderId))?.terms.account ?? null;
  const names = { accountOfOrder, accountsOfRun: squareOff.port.accountsOfRun };
  const desk = createDesk({
    journal,
    host,
    status: () => statusOf(parts, services),
    readiness,
    visible: ({ fact }, viewer) => isVisible(fact, viewer, names),
  });
  return createRouter(
    {
      accounts: services.accounts.handlers,
      approvals: identity.approvals.handlers,
      auth: identity.auth.handlers,
      desk: desk.handlers,
      exchange: createExchangeCalls({
        exchange,
        instruments: instruments.port,
        host,
        resetSession: (...asked) => exchange.resetSession(...asked),
      }),
      instruments: instruments.handlers,
      mode: services.sync.handlers,
      orders: { ...orders.handlers, importPending: pendingFiles.importPending },
      positions: services.positions.handlers,
      sessions: identity.sessions.handlers,
      settings: services.settings.handlers,
      squareOff: squareOff.handlers,
      sync: services.main.handback.handlers,
      trades: services.trades.handlers,
      users: identity.users.handlers,
    },
    {
      ...guards(services),
      newId: () => Buffer.from(host.randomBytes(9)).toString('base64url'),
      logBug: (id, call, error) => host.log.error('bug', { id, call, error: error.stack ?? error.message }),
    },
  );
}

/** What the web door needs beside the router. */
export function webDeps(
  { host, config }: Parts,
  { identity }: Services,
  router: AppRouter,
): Parameters<typeof startWeb>[0] {
  return {
    router,
    host,
    desk: config.desk,
    live: async (credential) =>
      credential.kind === 'api-key'
        ? identity.auth.port.key(credential.key).ok
        : isPersonOf(identity, await identity.sessions.port.find(credential)),
    refused: ({ call, origin, reason }) => identity.refusals.note({ call, by: 'nobody', origin, reason }),
  };
}

function isPersonOf({ person }: Identity, found: Result<Session, AnyRefusal>): boolean {
  return found.ok && person(found.value.user) !== null;
}

/** Who asks, what they may, what is theirs, who else must agree. */
function guards(services: Services) {
  const { accounts, identity, main, sync } = services;
  return {
    identify: (context: CallContext) => identify(identity, context),
    permits,
    modeRefuses: (doing: Doing) => modeRefusal(sync.port.view().mode, doing),
    scopeOf: (actor: Actor) => scopeOf(actor, accounts.port, (account) => main.follow.port.isHome(account)),
    accountsOf: (touched: Touched) => accountsOf(services, touched),
    persons: ({ actor, action, call, input, atLeast }: PersonsAsked) => {
      if (actor.role !== 'desk') {
        const subject = subjectOf(call, input);
        const text = textOf(services, call, input);
        const branch = actor.user?.branch ?? '';
        const person = actor.user?.user;
        const asked = {
          action,
          call,
          subject,
          text,
          by: actor.by,
          branch,
          ...(person === undefined ? {} : { person }),
        };
        return identity.approvals.port.persons(atLeast === undefined ? asked : { ...asked, atLeast });
      }
      if (atLeast === undefined) return ok([actor.by]);
      return refuse({ reason: 'second-person-needed', text: `${atLeast} persons are needed` });
    },
    spend: (subject: string, persons: readonly string[]) => identity.approvals.port.spend(subject, persons),
    touched: (actor: Actor) => {
      if (actor.session !== null) identity.sessions.port.touch(actor.session.id);
    },
    refused: (call: string, by: string, { origin }: CallContext, reason: string) =>
      identity.refusals.note({ call, by, origin, reason }),
  };
}

const DESK: Actor = { by: 'desk', role: 'desk', user: null, session: null, key: null };
const NOBODY: Actor = { by: 'nobody', role: 'nobody', user: null, session: null, key: null };

/** From what a wire carries to who it is. A person who may no longer be here has no session either. */
async function identify(
  { auth, sessions, person }: Identity,
  context: CallContext,
): Promise<Result<Actor, AnyRefusal>> {
  if (context.origin.wire === 'process') return ok(DESK);
  const credential = context.credential();
  if (credential === null) return ok(NOBODY);
  if (credential.kind === 'api-key') {
    const key = auth.port.key(credential.key);
    if (!key.ok) return key;
    const user = person(key.value.user);
    if (user === null)
      return refuse({
        reason: 'key-unknown',
        text: 'The person who answers for this key may not work here.',
      });
    return ok({ by: `key:${key.value.id}`, role: 'key', user, session: null, key: key.value });
  }
  const found = await sessions.port.find(credential);
  if (!found.ok) return found;
  const session = found.value;
  const user = person(session.user);
  if (user === null) {
    sessions.port.end(session.id, 'user-disabled', 'desk');
    return refuse({ reason: 'session-ended', text: 'You may no longer work at this desk.' });
  }
  return ok({ by: user.user, role: user.role, user, session, key: null });
}

/** The accounts behind what an input names; null when it names something that is not there. */
function accountsOf({ orders, squareOff }: Services, touched: Touched): readonly string[] | null {
  const found: string[] = [...(touched.accounts ?? [])];
  const groups = [
    ...(touched.orders ?? []).map((orderId) => {
      const order = orders.order(OrderId.parse(orderId));
      return order === null ? null : [order.terms.account];
    }),
    ...(touched.exchangeOrders ?? []).map((number) => {
      const order = orders.foreignOrders().find((one) => String(one.exchangeOrderId) === number);
      return order === undefined ? null : [order.account];
    }),
    ...(touched.runs ?? []).map((runId) => squareOff.port.accountsOfRun(runId)),
    ...(touched.plans ?? []).map((planId) => squareOff.port.accountsOfPlan(planId)),
  ];
  for (const group of groups) {
    if (group === null) return null;
    found.push(...group);
  }
  return found;
}

/** Characters: twice what a scope of the most accounts takes, so that a second person reads the whole of it. */
const SUMMARY_MAX = 1_000_000;

/** What a second person reads before agreeing. Inputs of such calls hold no secret. */
function textOf({ squareOff }: Services, call: string, input: unknown): string {
  const plan = squareOff.port.describe(input);
  return plan ?? `${call} ${JSON.stringify(input ?? {}).slice(0, SUMMARY_MAX)}`;
}

/** What the top bar shows. */
function statusOf({ host, config, options, journal }: Parts, { main, sync, exchange, policy }: Services) {
  const mode = sync.port.view();
  return {
    build: options.build,
    mode: mode.mode,
    modeSinceMs: mode.sinceMs,
    modeWhy: mode.why,
    scope: scopeWords(mode.scope),
    main: { state: mode.main, sinceMs: mode.sinceMs },
    journal: { epoch: journal.epoch, ...journal.head(), writable: journal.broken === null },
    factsNotHandedBack: main.handback.port.waiting(),
    links: exchange.links().map((link) => ({ ...link })),
    countdowns: countdowns(
      policy.calendar,
      config.venues.flatMap(({ trades }) => trades),
      (...segment) => exchange.tradingSession(...segment),
      host.now(),
    ),
  };
}
