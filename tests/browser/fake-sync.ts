import type { Fact } from '#core/events.ts';
import { ok, refuse } from '#core/lib/result.ts';
import type { DeskStatus } from '#core/desk/contract.ts';
import type { DifferenceShown, ModeShown, SyncShown } from '#core/sync/contract.ts';
import type { Repair } from '#core/sync/events.ts';
import { fakeCertificate, fakeDifferences, fakeFenceList, fakeLateOrders } from './fake-sync-rows.ts';

const HEAD = 10_284;
const ACKED_BEFORE = 9_000;
const ROWS = 1_204;

type Mode = DeskStatus['mode'];

/** What a test may set; the rest follows from time and from what is asked. */
export interface FakeSyncState {
  link: SyncShown['link'];
  perSecond: number;
  obeys: boolean;
  bookStale: boolean;
  alive: string[];
  scope: ModeShown['scope'];
  /** Null: main is up. */
  outageForMs: number | null;
  notTaken: SyncShown['handback']['notTaken'];
  doubleCloses: SyncShown['doubleCloses'];
  /** What the desk says of a file that is an old copy; empty: it is none. */
  oldCopy: string;
  mainIsBack: boolean;
}

interface FakeSyncDeps {
  readonly now: () => number;
  readonly append: (fact: Fact) => void;
  readonly mode: { get(): Mode; set(mode: Mode): void };
  /** Orders of ours that are at the exchange, as the fake desk has them. */
  readonly working: () => number;
}

/** Main, following and handing back, made up: facts move with time, and answers follow from what was asked. */
export function createFakeSync(deps: FakeSyncDeps) {
  const { now, append, mode } = deps;
  const state: FakeSyncState = {
    link: 'up',
    perSecond: 120,
    obeys: true,
    bookStale: false,
    alive: [],
    scope: { segments: [], accounts: [] },
    outageForMs: null,
    notTaken: null,
    doubleCloses: [],
    oldCopy: '',
    mainIsBack: false,
  };
  const startedAt = now();
  const place = (seq: number) => ({ epoch: 1, seq });
  let movedAt = now();
  let acked = ACKED_BEFORE;
  let fence: SyncShown['fence'] = null;
  let differences: DifferenceShown[] | null = null;
  const handedOver: string[] = [];
  let certificates: SyncShown['certificates'] = [];
  let files = 0;

  const moves = (): boolean => mode.get() === 'HANDBACK' && state.link === 'up' && state.notTaken === null;
  const move = (): void => {
    if (moves()) acked = Math.min(HEAD, acked + ((now() - movedAt) * state.perSecond) / 1000);
    movedAt = now();
  };
  const undecided = (): number => (differences ?? []).filter((row) => row.decided === null).length;
  const notYet = (): string[] => [
    ...(mode.get() === 'HANDBACK'
      ? []
      : [`The desk is in ${mode.get()}: a person declares main back first.`]),
    ...(acked < HEAD ? [`${Math.ceil(HEAD - acked)} facts are not durable at main.`] : []),
    ...(deps.working() > handedOver.length
      ? [`${deps.working() - handedOver.length} orders still work: finish, cancel or hand over each.`]
      : []),
    ...(differences === null ? ['Desk, main and exchange are not compared.'] : []),
    ...(undecided() > 0 ? [`${undecided()} differences wait for a decision.`] : []),
  ];
  const shown = (): SyncShown => {
    move();
    const waiting = Math.ceil(HEAD - acked);
    const perSecond = moves() && waiting > 0 ? state.perSecond : 0;
    return {
      link: state.link,
      linkSinceMs: startedAt - 312_000,
      linkText: state.link === 'down' ? 'connection refused, tried again in 8 s' : '',
      main: 'oms-mumbai-1',
      book: {
        book: 'oms-mumbai-1 23 Nov',
        version: 88_412,
        asOfMs: now() - (state.bookStale ? 754_000 : 3_000),
        stale: state.bookStale,
        text: state.bookStale ? 'a delta was missing: a new snapshot is asked for' : '',
      },
      handback: {
        head: place(HEAD),
        acked: place(Math.floor(acked)),
        waiting,
        perSecond,
        etaMs: perSecond > 0 ? (waiting / perSecond) * 1000 : null,
        notTaken: state.notTaken,
        text: state.oldCopy,
        oldCopy: state.oldCopy !== '',
      },
      fence,
      doubleCloses: state.doubleCloses,
      reconciled:
        differences === null
          ? null
          : {
              round: 1,
              through: place(HEAD),
              rows: ROWS,
              agree: ROWS - differences.length,
              differences: differences.length,
              undecided: undecided(),
            },
      handedOver: [...handedOver],
      notYet: certificates.length > 0 ? ['No fact came after the certificate.'] : notYet(),
      certificates,
    };
  };
  const modeShown = (): ModeShown => ({
    mode: mode.get(),
    sinceMs: now() - 60_000,
    why: 'no heartbeat from main',
    by: [],
    main: 'lost',
    mayTrade: mode.get() === 'EMERGENCY',
    scope: state.scope,
    alive: state.alive,
    mainIsBack: state.mainIsBack,
    personsToDeclareLost: 1,
    outage: state.outageForMs === null ? null : outageOf(startedAt - state.outageForMs, now()),
  });
  const moveTo = (to: Mode, why: string, by: string): ModeShown => {
    move();
    append({ kind: 'mode-changed', v: 1, from: mode.get(), to, by: [by], why });
    mode.set(to);
    return modeShown();
  };
  return {
    state,
    mode: {
      get: modeShown,
      declareLost: (
        asked: { reason: string; scope: ModeShown['scope']; scopeCode: string },
        { by }: { readonly by: string },
      ) => {
        if (state.alive.length > 0 && asked.scopeCode === '') {
          return refuse({ reason: 'main-is-alive', text: 'Main lives: headquarters’ scope code is needed.' });
        }
        state.scope = asked.scope;
        return moveTo('EMERGENCY', asked.reason, by);
      },
      declareBack: ({ reason }: { reason: string }, { by }: { readonly by: string }) =>
        moveTo('HANDBACK', reason, by),
    },
    sync: {
      status: shown,
      fence: () => {
        const late = state.obeys ? [] : fakeLateOrders();
        const text = state.obeys ? 'Auto square-off is off.' : 'The auto square-off job can not be stopped.';
        fence = { fence: 'F-1', obeyed: state.obeys, late, text };
        return ok(shown());
      },
      handOver: ({ orderId }: { orderId: string }) => {
        handedOver.push(orderId);
        return ok(shown());
      },
      reconcile: () => {
        move();
        if (acked < HEAD) return refuse({ reason: 'facts-wait', text: 'Main has not every fact yet.' });
        differences = fakeDifferences();
        return ok(shown());
      },
      differences: () => ({ differences: differences ?? [] }),
      decide: (
        asked: { round: number; key: string; repair: Repair; why: string },
        { by }: { readonly by: string },
      ) => {
        const { repair, why } = asked;
        differences = (differences ?? []).map((row) =>
          row.key === asked.key ? { ...row, decided: { repair, by: [by], why } } : row,
        );
        append({ kind: 'difference-decided', v: 1, ...asked, by: [by] });
        return ok(shown());
      },
      sign: (_: unknown, { by }: { readonly by: string }) => {
        if (notYet().length > 0) return refuse({ reason: 'not-yet', text: notYet().join(' ') });
        certificates = [
          { id: 'C-desk-1-1-1', supplementOf: null, closing: place(HEAD), atMs: now(), by: [by] },
        ];
        moveTo('STANDBY', 'certificate signed', by);
        return ok(shown());
      },
      certificate: () => ok(fakeCertificate(now(), differences ?? [], state.doubleCloses)),
      writeFiles: () => {
        files += 2;
        return ok({
          files: [files - 1, files].map((number) => ({
            name: `lifeboat-desk-1-1-${String(number).padStart(4, '0')}.csv`,
            number,
            rows: 642,
            text: 'desk,epoch,seq\n',
          })),
        });
      },
      readAck: ({ text }: { text: string }) => {
        if (!text.startsWith('ack,')) {
          return refuse({ reason: 'bad-ack', text: 'Line 1: this is no acknowledgement of main.' });
        }
        acked = HEAD;
        return ok(shown());
      },
      fenceList: () => ok(fakeFenceList()),
    },
  };
}

function outageOf(startedAtMs: number, nowMs: number): NonNullable<ModeShown['outage']> {
  const reportableAtMs = startedAtMs + 5 * 60_000;
  const reportDueAtMs = reportableAtMs + 2 * 3_600_000;
  return {
    startedAtMs,
    lastsMs: nowMs - startedAtMs,
    reportable: nowMs >= reportableAtMs,
    reportableAtMs,
    reportDueAtMs,
    reportOverdue: nowMs >= reportDueAtMs,
  };
}
