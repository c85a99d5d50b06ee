import type { Projection } from '#core/journal/port.ts';
import type { Result } from '#core/lib/result.ts';
import { ok, refuse } from '#core/lib/result.ts';
import { OrderId } from '#core/model/ids.ts';
import type { AccountScope } from '#core/model/scope.ts';
import type { SyncShown } from './contract.ts';
import { Emergency } from './domain-emergency.ts';
import { Fences } from './domain-fence.ts';
import { Files } from './domain-files.ts';
import { Handover } from './domain-handback.ts';
import { Rounds } from './domain-reconcile.ts';
import { isEnded, isInDoubt } from './domain-standing.ts';
import type { DifferenceDecided } from './events.ts';
import { createCertificates } from './service-certificate.ts';
import { createFence } from './service-fence.ts';
import { createFiles } from './service-files.ts';
import type { HandbackDeps, HandbackRefusal } from './service-handback-deps.ts';
import { createSender, type Sender } from './service-handback.ts';
import { createReconcile } from './service-reconcile.ts';

interface Context {
  readonly by: string;
  /** Who asks, and who agreed. */
  readonly persons: readonly string[];
}

type Answer = Result<SyncShown, HandbackRefusal>;

/** How often what main has not answered is looked at. */
const WATCH_MS = 1_000;

/** Handing back: facts over the wire or by file, the fence, the comparison, the certificate. */
export function createHandback(deps: HandbackDeps) {
  const { journal, link, host } = deps;
  const folds = {
    handover: new Handover(),
    emergency: new Emergency(),
    fences: new Fences(),
    rounds: new Rounds(),
    files: new Files(),
  };
  const fence = createFence({ ...deps, ...folds });
  const sender = createSender({
    ...deps,
    ...folds,
    greeted: () => {
      fence.greeted();
      certificates.say();
      reconcile.again();
    },
    progress: () => reconcile.say(),
  });
  const parts = { ...deps, ...folds, sender };
  const reconcile = createReconcile(parts);
  const certificates = createCertificates({ ...parts, isAsking: reconcile.isAsking });
  const files = createFiles(parts);

  const projection: Projection = {
    name: 'handback',
    memory: (entry) => {
      for (const fold of Object.values(folds)) fold.apply(entry);
    },
  };

  const services = { folds, fence, sender, reconcile, certificates, files };
  const shown = (): SyncShown => shownOf(deps, services);

  return {
    projection,
    handlers: handlersOf(deps, services, shown),
    port: {
      /** Facts up to there that main has not got yet; by file: trades are counted by their files. */
      waiting: (throughSeq = journal.head().seq): number => folds.handover.waiting(throughSeq),
      status: shown,
    },
    /** After replay, when the link and the journal's followers stand. Returns the way to stop. */
    start(): () => void {
      certificates.start();
      const stops = [
        link.on((message) => {
          fence.hear(message);
          reconcile.hear(message);
          certificates.hear(message);
        }),
        fence.start(),
        sender.start(),
        host.every(WATCH_MS, () => {
          fence.tick();
          certificates.tick();
          reconcile.say();
        }),
      ];
      return () => {
        for (const stop of stops.toReversed()) stop();
      };
    },
  };
}

interface Services {
  readonly folds: { readonly emergency: Emergency; readonly files: Files };
  readonly fence: ReturnType<typeof createFence>;
  readonly sender: Sender;
  readonly reconcile: ReturnType<typeof createReconcile>;
  readonly certificates: ReturnType<typeof createCertificates>;
  readonly files: ReturnType<typeof createFiles>;
}

/** The calls of `syncContract`. */
function handlersOf(deps: HandbackDeps, services: Services, shown: () => SyncShown) {
  const { folds, fence, reconcile, certificates, files } = services;
  const answer = (done: Result<unknown, HandbackRefusal>): Answer => (done.ok ? ok(shown()) : done);
  return {
    /** Orders of main's are named to those only who may see their accounts. */
    status: (_input: unknown, { scope }: { readonly scope: AccountScope }) => within(shown(), scope),
    fence: ({ why }: { why: string }, { persons }: Context) => answer(fence.ask(why, persons)),
    handOver: ({ orderId }: { orderId: string }, { persons }: Context) =>
      answer(handOver(deps, folds.emergency, orderId, persons)),
    reconcile: () => answer(reconcile.reconcile()),
    differences: () => ({ differences: reconcile.differences() }),
    decide: (decision: Pick<DifferenceDecided, 'round' | 'key' | 'repair' | 'why'>, { persons }: Context) =>
      answer(reconcile.decide(decision, persons)),
    sign: (_input: unknown, { persons }: Context) => {
      const signed = certificates.sign(persons);
      // The fence ends with the handback.
      if (signed.ok) fence.lift();
      return answer(signed);
    },
    certificate: ({ id }: { id: string }) => certificates.read(id),
    writeFiles: () => files.write(),
    readAck: ({ text }: { text: string }, { by }: Context) => answer(files.read(text, by)),
    fenceList: () => files.fenceList(),
  };
}

function within(shown: SyncShown, scope: AccountScope): SyncShown {
  if (scope.all) return shown;
  const isSeen = ({ account }: { readonly account: string }): boolean => scope.has(account);
  const { fence, doubleCloses } = shown;
  return {
    ...shown,
    fence: fence === null ? null : { ...fence, late: fence.late.filter(isSeen) },
    doubleCloses: doubleCloses.filter(isSeen),
  };
}

function shownOf({ link, book }: HandbackDeps, services: Services): SyncShown {
  const { folds, fence, sender, reconcile, certificates } = services;
  const { state, sinceMs, text, main } = link.state();
  return {
    link: state,
    linkSinceMs: sinceMs,
    linkText: text,
    main: main ?? '',
    book: book(),
    handback: state === 'off' ? byFile(sender.status(), folds.files) : sender.status(),
    ...fence.status(),
    reconciled: reconcile.status(),
    handedOver: [...folds.emergency.handedOver.keys()],
    notYet: [...certificates.notYet()],
    certificates: certificates.status(),
  };
}

/** By file main has what it acknowledged of the files; nothing moves by itself. */
function byFile(handback: SyncShown['handback'], files: Files): SyncShown['handback'] {
  return { ...handback, acked: files.ackedThrough(), waiting: files.waiting(), perSecond: 0, etaMs: null };
}

/** A working order goes on under main, by its number at the exchange. */
function handOver(
  { journal, orders }: HandbackDeps,
  emergency: Emergency,
  orderId: string,
  by: readonly string[],
): Result<null, HandbackRefusal> {
  if (emergency.mode !== 'HANDBACK') {
    const text = `The desk is in ${emergency.mode}: orders are handed over in HANDBACK.`;
    return refuse({ reason: 'not-now', text });
  }
  const id = OrderId.safeParse(orderId);
  const order = id.success ? orders.order(id.data) : null;
  if (order === null) return refuse({ reason: 'unknown-order', text: `This desk has no order ${orderId}.` });
  if (isInDoubt(order)) {
    const text = `${orderId} is in doubt: nobody can take over what may not be there.`;
    return refuse({ reason: 'order-in-doubt', text });
  }
  const { exchangeOrderId } = order;
  if (isEnded(order.status) || exchangeOrderId === null) {
    return refuse({ reason: 'not-working', text: `${orderId} does not work at the exchange.` });
  }
  if (emergency.handedOver.has(order.orderId)) return ok(null);
  const kept = journal.append([
    { kind: 'order-handed-over', v: 1, orderId: order.orderId, exchangeOrderId, by },
  ]);
  return kept.ok ? ok(null) : kept;
}
