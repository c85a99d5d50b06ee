import { isSignedByHeadquarters } from './app-main.ts';
import type { DeskConfig } from './config.ts';
import type { Host } from './host.ts';
import type { JournalFile } from './journal/journal.ts';
import type { AccountId, InstrumentId } from './model/ids.ts';
import type { Instrument } from './model/instrument.ts';
import { Life } from './sync/domain-life.ts';
import { scopeWords } from './sync/domain-scope.ts';
import type { ModePort, OutsideOf } from './sync/port.ts';
import { createSync } from './sync/service.ts';

interface ModeParts {
  readonly host: Host;
  readonly config: DeskConfig;
  readonly journal: JournalFile;
  readonly personsToDeclareLost: number;
}

/** Read at call time only: they stand when all services do. */
interface Around {
  /** The account's home is this desk, by main's mapping. */
  readonly isHome: (account: AccountId) => boolean;
  readonly instrument: (instrumentId: InstrumentId) => Instrument | null;
}

/** Whether this desk trades, and what: the mode towards main, signs of main's life, rows that are left alone. */
export function buildMode({ host, config, journal, personsToDeclareLost }: ModeParts, around: Around) {
  const life = new Life({
    isHome: around.isHome,
    segmentOf: (instrumentId) => {
      const found = around.instrument(instrumentId);
      return found === null ? null : `${found.exchange}:${found.segment}`;
    },
  });
  const sync = createSync({
    journal,
    policy: { personsToDeclareLost },
    now: () => host.now(),
    desk: config.desk,
    signsOfLife: (silentSinceMs) => life.signs(host.now(), silentSinceMs),
    verifyScopeCode: (...signed) => isSignedByHeadquarters(config.identity.headquartersKey, ...signed),
  });
  return { life, sync, outside: outsideOf(sync.port, around.isHome) };
}

/** Rows that this desk leaves alone: those of accounts that are at home elsewhere, and those outside of the emergency. */
function outsideOf(mode: ModePort, isHome: Around['isHome']): OutsideOf {
  return (account, { exchange, segment }) => {
    if (!isHome(account)) {
      return { reason: 'not-at-home', text: `${account} is at home at another desk, which closes it` };
    }
    if (mode.covers(account, exchange, segment)) return null;
    const covered = scopeWords(mode.view().scope);
    return { reason: 'outside-scope', text: `the emergency covers ${covered}` };
  };
}
