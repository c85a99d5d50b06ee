import { verify as verifySignature, createPublicKey } from 'node:crypto';
import type { AccountsPort } from './accounts/port.ts';
import type { DeskConfig } from './config.ts';
import type { Host } from './host.ts';
import type { JournalFile } from './journal/journal.ts';
import type { Signer } from './journal/signer.ts';
import type { OrderId } from './model/ids.ts';
import type { OrdersService } from './orders/service.ts';
import type { PositionsPort } from './positions/port.ts';
import { PROTOCOL_VERSION } from './sync/messages.ts';
import type { NetRow } from './sync/messages.ts';
import { createFollow } from './sync/service-follow.ts';
import type { FollowDeps } from './sync/service-follow.ts';
import { createHandback } from './sync/service-hand-back-calls.ts';
import { createMainLink } from './sync/service-link.ts';
import type { createSync } from './sync/service.ts';
import type { UsersPort } from './users/port.ts';

interface MainParts {
  readonly host: Host;
  readonly config: DeskConfig;
  readonly journal: JournalFile;
  readonly signer: Signer;
  readonly mainToken: string | null;
  readonly build: string;
}

interface Around {
  readonly sync: ReturnType<typeof createSync>;
  readonly orders: OrdersService;
  readonly positions: PositionsPort;
  readonly accounts: AccountsPort;
  readonly users: UsersPort;
  /** Who takes the parts of main's book. */
  readonly imports: FollowDeps['imports'];
  readonly seal: FollowDeps['seal'];
  /** Exits that are not ended. */
  readonly runs: () => readonly string[];
}

/** Main, as far as this desk has to do with it: the link, and what is handed back over it or by file. */
export function buildMain({ host, config, journal, signer, mainToken, build }: MainParts, around: Around) {
  const { sync, orders, positions, users } = around;
  const link = createMainLink({
    config: config.main,
    token: mainToken,
    host,
    hello: () => ({
      type: 'hello',
      v: PROTOCOL_VERSION,
      desk: config.desk,
      epoch: journal.epoch,
      publicKey: Buffer.from(signer.publicKey).toString('hex'),
      build,
      book: follow.port.place(),
      mappingEpoch: follow.port.mappingEpoch(),
    }),
    mode: () => sync.port.view().mode,
    heard: (saw, why) => sync.heard(saw, why),
  });
  const follow = createFollow({
    journal,
    host,
    link,
    mode: () => sync.port.view().mode,
    imports: around.imports,
    seal: around.seal,
  });
  const handback = createHandback({
    journal,
    link,
    host,
    signer,
    build,
    endHandback: (by, why) => sync.port.signal('reconciled', by, why),
    orders,
    positions,
    exchangePositions: () => provenNets(positions),
    accounts: around.accounts,
    isHome: (account) => follow.port.isHome(account),
    runs: around.runs,
    cancelOrders: (orderIds: readonly OrderId[], why: string) => {
      const done = orders.cancel([...orderIds], 'desk', why);
      if (!done.ok) host.log.error('orders were not cancelled', { why: done.refusal.text });
    },
    book: () => follow.port.book(),
    nnfId: (dealer, exchange) =>
      users.get(dealer)?.exchangeUsers.find((one) => one.exchange === exchange)?.id ?? '',
  });
  return {
    handback,
    follow,
    /** Following stands before the link, which says in its hello what is here. */
    start: (): readonly (() => void | Promise<void>)[] => [follow.start(), handback.start(), link.start()],
  };
}

/** Nets that the exchange's own word proves. */
function* provenNets(positions: PositionsPort): Iterable<NetRow> {
  for (const { account, instrumentId, product, proof, netLow, netHigh } of positions.rows()) {
    if (proof === 'proven' && netLow === netHigh) yield { account, instrumentId, product, net: netLow };
  }
}

/** Headquarters' Ed25519 signature (base64url) over the text; false where the desk has no headquarters. */
export function isSignedByHeadquarters(publicKey: string | null, code: string, text: string): boolean {
  if (publicKey === null || !/^[\w-]{80,100}$/.test(code)) return false;
  const key = createPublicKey({ key: Buffer.from(publicKey, 'hex'), format: 'der', type: 'spki' });
  return verifySignature(null, Buffer.from(text), key, Buffer.from(code, 'base64url'));
}
