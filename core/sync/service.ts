import type { Fact } from '#core/events.ts';
import type { Journal, JournalRefusal, Projection } from '#core/journal/port.ts';
import { ok, refuse, type Result } from '#core/lib/result.ts';
import { istDate, istTime } from '#core/model/market-clock.ts';
import type { Declaration, ModeShown } from './contract.ts';
import { allows } from './domain-allows.ts';
import { afterHeard, DAMPING, NOTHING_HEARD, observe, type DampingPolicy } from './domain-damping.ts';
import { coverOf, plainScope, scopeText } from './domain-scope.ts';
import {
  apply,
  decide,
  NEVER_SEEN,
  outageOf,
  TABLE,
  type ModePolicy,
  type ModeRefusal,
  type Said,
  type Signal,
} from './domain.ts';
import type { MainHeard, Mode } from './events.ts';
import type { ModePort, ModeView } from './port.ts';

export type SyncRefusal = ModeRefusal | JournalRefusal;

export interface SyncDeps {
  readonly journal: Pick<Journal, 'append'>;
  readonly policy: ModePolicy;
  readonly now: () => number;
  /** This desk's id, as headquarters names it in a scope code. */
  readonly desk: string;
  /** That main lives, by other ways than its link, each in words; `silentSinceMs`: it is not heard there since then. */
  readonly signsOfLife: (silentSinceMs: number | null) => readonly string[];
  /** Whether `code` is headquarters' signature over the text. */
  readonly verifyScopeCode: (code: string, text: string) => boolean;
  readonly damping?: DampingPolicy;
}

interface Context {
  /** Who asks, and who agreed. */
  readonly persons: readonly string[];
}

/** Signs of life that one answer names. */
const SIGNS_MAX = 20;

type Moved = Result<ModeView, SyncRefusal>;

/** The desk's mode towards main: what its link shows, damped, and what persons say. */
export function createSync(deps: SyncDeps) {
  const damp = deps.damping ?? DAMPING;
  let view: ModeView = NEVER_SEEN;
  let damping = NOTHING_HEARD;
  let covers = coverOf(view.scope);

  const projection: Projection = {
    name: 'sync',
    memory: (entry) => {
      const before = view.scope;
      view = apply(view, entry);
      if (view.scope !== before) covers = coverOf(view.scope);
      const { fact, atMs } = entry;
      if (fact.kind === 'main-heard' && fact.sign === 'link')
        damping = afterHeard(damping, fact.state, atMs, damp);
    },
  };

  const append = (facts: readonly Fact[]): Moved => {
    if (facts.length === 0) return ok(view);
    const appended = deps.journal.append(facts);
    return appended.ok ? ok(view) : appended;
  };

  /** Appends what was heard, if anything, and the move that it makes, if it makes one. */
  function signal(said: Said, heard: readonly Fact[] = []): Moved {
    const decided = decide(view, said, deps.policy);
    if (!decided.ok) return decided;
    return append(decided.value === null ? heard : [...heard, decided.value]);
  }

  const port = portOf(
    () => view,
    (...row) => covers(...row),
    signal,
  );

  const shown = (): ModeShown => shownOf(deps, view, port);

  return {
    port,
    projection,
    ...linkOf(deps, damp, {
      view: () => view,
      append,
      signal,
      observe(saw) {
        const seen = observe(damping, saw, deps.now(), damp);
        damping = seen.damping;
        return seen;
      },
    }),
    handlers: {
      get: shown,
      declareLost: (declaration: Declaration, { persons }: Context): Result<ModeShown, SyncRefusal> => {
        const said = saidLost(deps, view, declaration, persons);
        const moved = said.ok ? signal(said.value) : said;
        return moved.ok ? ok(shown()) : moved;
      },
      declareBack: ({ reason }: Declaration, { persons }: Context): Result<ModeShown, SyncRefusal> => {
        const moved = signal({ signal: 'person-accepts-main', by: persons, why: reason, sign: 'person' });
        return moved.ok ? ok(shown()) : moved;
      },
    },
  };
}

interface Inside {
  readonly view: () => ModeView;
  readonly append: (facts: readonly Fact[]) => Moved;
  readonly signal: (said: Said, heard: readonly Fact[]) => Moved;
  readonly observe: (saw: 'up' | 'lost') => ReturnType<typeof observe>;
}

/** What main's link moves by itself. */
function linkOf(deps: SyncDeps, damp: DampingPolicy, inside: Inside) {
  /** Main was heard since the desk started. */
  let wasHeard = false;
  /**
   * Main's loss never moves into trading while main lives by another way, nor before this run of the desk has heard
   * main: the line may fail on the desk's own side, and its drop copy may not tell yet what main sends.
   */
  const missed = (why: string, heard: readonly Fact[], lostSinceMs: number | null): Moved => {
    const trades = tradesAfter(inside.view().mode, 'main-missed');
    if (trades && (!wasHeard || deps.signsOfLife(lostSinceMs).length > 0)) return inside.append(heard);
    return inside.signal({ signal: 'main-missed', by: [], why, sign: 'link', lostSinceMs }, heard);
  };
  return {
    /** After replay: a desk that was in STANDBY and does not see main now is in SUSPECT. A handback waits for the link. */
    start: (): Moved => {
      const { mode, heard } = inside.view();
      const why = 'the desk started and main is not seen';
      const lost = heard?.state === 'up' ? [heardFact('lost', why)] : [];
      return mode === 'STANDBY' ? missed(why, lost, null) : inside.append(lost);
    },
    /**
     * What main's link sees, beat by beat: `lost` for each beat that did not come and, while there is no link, as often.
     * Facts come of it only after damping. A refusal of the journal is tried again with the next observation.
     */
    heard(saw: 'up' | 'lost', why: string): void {
      const { damping, verdict } = inside.observe(saw);
      const lostSinceMs = damping.missedSinceMs;
      if (verdict === 'up') {
        wasHeard = true;
        inside.signal({ signal: 'main-seen', by: [], why, sign: 'link' }, [heardFact('up', why)]);
      } else if (verdict === 'lost') missed(why, [heardFact('lost', why)], lostSinceMs);
      else if (verdict === 'bound') inside.append([boundOf(damp)]);
      // Lost in a handback, and held up by a sign of life that is now gone.
      else if (saw === 'lost' && isLostAgain(inside.view())) missed(why, [], lostSinceMs);
    },
  };
}

function portOf(
  view: () => ModeView,
  covers: ModePort['covers'],
  signal: (said: Said) => ReturnType<ModePort['signal']>,
): ModePort {
  const mayTrade = (): 'main-is-up' | null => (allows(view().mode, 'trade') ? null : 'main-is-up');
  return {
    view,
    mayTrade,
    covers,
    signal: (which, by, why) => signal({ signal: which, by, why, sign: 'person' }),
  };
}

/**
 * A person's word that main is lost. Where it would start trading, main's life is looked for first; only headquarters'
 * signature over desk, date and scope goes before a sign of life.
 */
function saidLost(
  deps: SyncDeps,
  view: ModeView,
  { reason: why, scope, scopeCode }: Declaration,
  by: readonly string[],
): Result<Said, ModeRefusal> {
  const { mode } = view;
  if (mode === 'STANDBY') return ok({ signal: 'person-says-lost', by, why, sign: 'person' });
  const said: Said = { signal: 'persons-confirm-lost', by, why, sign: 'person', scope };
  const decided = decide({ mode, scope }, said, deps.policy);
  if (!decided.ok) return decided;
  const signs = signsOf(deps, view);
  if (signs.length === 0) return ok(said);
  const shows = signs.join('; ');
  const text = scopeText(deps.desk, istDate(deps.now()), scope);
  if (scopeCode === '') {
    return refuse({
      reason: 'main-is-alive',
      text: `Main shows life: ${shows}. Wait until it is silent; before that the desk may trade only with headquarters' code for this scope.`,
    });
  }
  if (!deps.verifyScopeCode(scopeCode, text)) {
    const names = `${plainScope(scope).segments.join(', ') || 'all segments'}, ${scope.accounts.length || 'all'} accounts`;
    return refuse({
      reason: 'scope-code-wrong',
      text: `The code is not headquarters' for ${deps.desk}, today, ${names}. Main shows life: ${shows}.`,
    });
  }
  return ok({ ...said, sign: 'headquarters', why: `${why} (headquarters' code, although ${shows})` });
}

/**
 * What speaks for main's life now, in words. A line that beats is the first such sign where a declaration would start
 * trading, whatever persons said before; and main that is heard has not fallen silent, so that every order counts.
 */
function signsOf(deps: SyncDeps, { mode, heard, lostSinceMs }: ModeView): readonly string[] {
  if (heard?.state !== 'up') return deps.signsOfLife(lostSinceMs).slice(0, SIGNS_MAX);
  const signs = deps.signsOfLife(null);
  if (!tradesAfter(mode, 'persons-confirm-lost')) return signs.slice(0, SIGNS_MAX);
  return [`its link is up since ${istTime(heard.sinceMs)}: ${heard.why}`, ...signs].slice(0, SIGNS_MAX);
}

function tradesAfter(mode: Mode, signal: Signal): boolean {
  return TABLE[mode][signal] === 'EMERGENCY';
}

function shownOf(deps: SyncDeps, view: ModeView, port: ModePort): ModeShown {
  const { scope, heard } = view;
  return {
    mode: view.mode,
    sinceMs: view.sinceMs,
    why: view.why,
    by: [...view.by],
    main: view.main,
    mayTrade: port.mayTrade() === null,
    scope: { segments: [...scope.segments], accounts: [...scope.accounts] },
    alive: [...signsOf(deps, view)],
    mainIsBack: heard?.state === 'up' && (view.mode === 'EMERGENCY' || view.mode === 'SUSPECT'),
    personsToDeclareLost: deps.policy.personsToDeclareLost,
    outage: view.lostSinceMs === null ? null : outageOf(view.lostSinceMs, deps.now()),
  };
}

function isLostAgain({ mode, heard, sinceMs }: ModeView): boolean {
  return mode === 'HANDBACK' && heard?.state === 'lost' && heard.sinceMs > sinceMs;
}

function heardFact(state: 'up' | 'lost', why: string): MainHeard {
  return { kind: 'main-heard', v: 1, state, sign: 'link', why };
}

function boundOf({ upsAnHour }: DampingPolicy): Fact {
  return {
    kind: 'bound-reached',
    v: 1,
    bound: 'main-up-an-hour',
    limit: upsAnHour,
    outcome: 'the link to main comes and goes: main stays lost for this desk until it has been quiet',
  };
}
