import { needs } from './app-identity.ts';
import type { Parts, Services } from './app-services.ts';
import { mayGive } from './approvals/domain-givers.ts';
import type { ReadinessView } from './desk/readiness.ts';
import { createReadiness } from './desk/service-readiness.ts';
import { tradingDayOf } from './model/trading-day.ts';
import { isInDoubt } from './sync/domain-standing.ts';
import { mayDo } from './users/domain-scope.ts';
import type { User } from './users/port.ts';

const APPROVE = 'square-off.approve';

/** Whether this desk could take over: what each service knows of it, put before one pure rule. */
export function buildReadiness(parts: Parts, services: Services) {
  const { host, journal } = parts;
  const traded = tradedOf(parts);
  return createReadiness({
    journal,
    host,
    mode: () => services.sync.port.view().mode,
    day: (date) => tradingDayOf(services.policy.calendar, traded, date),
    around: (today, earlierSeq) => ({
      journalRefuses: journal.broken === null ? null : `The journal is broken: ${journal.broken.text}`,
      ...mainOf(parts, services, earlierSeq),
      links: services.exchange.links(),
      traded: traded.map(({ exchange, segment, hasDropCopy }) => {
        const covered = services.positions.port.covered(exchange, segment);
        const said = covered === null ? 'silent' : covered ? 'covers' : 'misses';
        return { exchange, segment, dropCopy: hasDropCopy ? said : 'none' };
      }),
      approvers: approversOf(parts, services, today),
      doubtful: doubtfulBefore(services, today),
    }),
  });
}

function tradedOf({ config }: Pick<Parts, 'config'>) {
  return config.venues.flatMap(({ trades, dropCopy }) =>
    trades.map((part) => ({ ...part, hasDropCopy: dropCopy !== null })),
  );
}

/** By file the trades are counted by their files, whatever the day: none is waiting when a certificate was signed. */
function mainOf(
  { config }: Parts,
  { main }: Services,
  earlierSeq: number,
): Pick<ReadinessView, 'main' | 'handback'> {
  const { link, linkSinceMs, linkText, handback } = main.handback.port.status();
  const notTaken =
    handback.notTaken === null ? '' : `#${handback.notTaken.at.seq}: ${handback.notTaken.text}`;
  if (config.main === null) return { main: null, handback: { facts: handback.waiting, notTaken } };
  const book = main.follow.port.book();
  return {
    main: {
      link: { state: link, sinceMs: linkSinceMs, text: linkText },
      book: book === null ? null : { ...book, tradingDate: main.follow.port.tradingDate() ?? '' },
    },
    handback: { facts: main.handback.port.waiting(earlierSeq), notTaken },
  };
}

/** Who may let an exit go, with how many more who could agree to it: headquarters, where policy asks it, is not counted. */
function approversOf(
  { config }: Parts,
  { identity, policy }: Services,
  today: string,
): ReadinessView['approvers'] {
  const { port } = identity.users;
  const active = [...port.all()].filter(({ user }) => port.active(user) !== null);
  const exchanges = [...new Set(tradedOf({ config }).map(({ exchange }) => exchange))];
  const may = ({ role }: User, permission: string): boolean => mayDo(role, permission);
  return active
    .filter((user) => may(user, APPROVE))
    .map(({ user, branch }) => {
      const givers = active.filter(
        (other) => other.user !== user && mayGive(other, { action: 'exit', branch }, may),
      );
      const byPolicy = Math.max(policy.personsRequired, policy.personsForUnproven);
      const byBranch = needs(config, port.hadTwoAdmins(), 'exit', branch) === 'two' ? 2 : 1;
      const mayNotSend = config.identity.exchangeUserNeeded
        ? exchanges.flatMap((exchange) => {
            const refusal = port.mayNotSend(user, exchange, today);
            return refusal === null ? [] : [{ exchange, text: refusal.text }];
          })
        : [];
      return { user, needed: Math.max(byPolicy, byBranch), present: 1 + givers.length, mayNotSend };
    });
}

function doubtfulBefore({ orders }: Services, today: string): number {
  let found = 0;
  for (const order of orders.orders()) if (order.tradingDate < today && isInDoubt(order)) found += 1;
  return found;
}
