import { agreed, isRefused, type Doors } from '#drill/world/seats.ts';
import { GivesUp, type Patience } from './patience.ts';

/** How one desk's handback ended, in its own words. The judge counts for itself. */
export interface HandedBack {
  /** Id; null when none was signed. */
  readonly certificate: string | null;
  /** Why the desk signs none; empty when it did. */
  readonly notYet: readonly string[];
  /** The desk signed although it had said why it could not, or ended in another mode than it should. */
  readonly complaints: readonly string[];
  /** What the desk names of main's own trades in rows that it closed. */
  readonly doubleCloses: number;
  /** The last place that main was waited for: what the desk writes when it stops comes after it. */
  readonly through: number;
}

const LINK_MS = 120_000;
const FACTS_MS = 10 * 60_000;
/** Reconciliation is asked for again where something was decided, at most so often. */
const ROUNDS_MAX = 6;
/** Main's positions, orders to end: waited for this long in one round. */
const ROUND_MS = 20_000;
/** What the desk says against a certificate may pass by itself in this time: a fill on its way, an answer. */
const SETTLE_MS = 10_000;
const WHY = 'drill: main is back';

/** Main is there again: ravi accepts it, everything goes over, is compared, decided and signed. */
export async function handBack(patience: Patience): Promise<HandedBack> {
  await acceptMain(patience);
  await askFence(patience);
  await allAcknowledged(patience);
  for (let round = 0; round < ROUNDS_MAX; round += 1) {
    await reconcile(patience);
    await decideAll(patience);
    if ((await reasonsAgainst(patience)).length === 0) return sign(patience);
  }
  return refusedToSign(patience);
}

/** The link may just be down: it is asked until it could be said. */
function askFence(patience: Patience): Promise<void> {
  return patience.until(LINK_MS, async ({ admin }) => {
    try {
      await admin.sync.fence({ why: WHY });
      return null;
    } catch (error) {
      if (!isRefused(error)) throw error;
      return `main could not be asked to hold its orders: ${String(error)}`;
    }
  });
}

async function acceptMain(patience: Patience): Promise<void> {
  await patience.until(LINK_MS, async ({ dealer }) => {
    const { link, linkText } = await dealer.sync.status();
    return link === 'up' ? null : `the link to main is ${link} (${linkText})`;
  });
  await patience.again(async ({ dealer, admin }) => {
    const { mode } = await dealer.mode.get();
    if (mode === 'EMERGENCY') await agreed(() => admin.mode.declareBack({ reason: WHY }), dealer);
  });
}

/** Everything that was there when it is first looked at; what persons do meanwhile goes over by itself. The place. */
async function allAcknowledged(patience: Patience): Promise<number> {
  const { handback } = await patience.again(({ dealer }) => dealer.sync.status());
  const { seq } = handback.head;
  await patience.until(FACTS_MS, async ({ dealer }) => {
    const { handback: now } = await dealer.sync.status();
    if (now.notTaken !== null) {
      const { at, reason, text } = now.notTaken;
      throw new GivesUp(`main does not take ${at.epoch}/${at.seq}: ${reason}: ${text}`);
    }
    return now.acked.seq >= seq ? null : `main has ${now.acked.seq} of ${seq} facts`;
  });
  return seq;
}

async function reconcile(patience: Patience): Promise<void> {
  const before = await patience.again(({ admin }) => admin.sync.status());
  const round = before.reconciled?.round ?? 0;
  await patience.until(ROUND_MS, async ({ admin }) => {
    const { reconciled, notYet } = await admin.sync.status();
    if (reconciled !== null && reconciled.round > round) return null;
    try {
      const after = await admin.sync.reconcile();
      if (after.reconciled !== null && after.reconciled.round > round) return null;
    } catch (error) {
      if (!isRefused(error)) throw error;
      return error instanceof Error ? error.message : String(error);
    }
    return `no round after ${round}: ${notYet.join('; ')}`;
  });
}

/** The admin decides each difference as the desk proposes. Where a newer comparison took its place, the next round does. */
async function decideAll(patience: Patience): Promise<void> {
  await patience.again(async ({ admin }) => {
    const { differences } = await admin.sync.differences();
    for (const { round, key, proposed, decided } of differences) {
      if (decided !== null) continue;
      try {
        await admin.sync.decide({ round, key, repair: proposed as Repair, why: 'drill: as proposed' });
      } catch (error) {
        if (isRefused(error, 'no-such-difference')) return;
        throw error;
      }
    }
  });
}

type Repair = Parameters<Doors['admin']['sync']['decide']>[0]['repair'];

async function reasonsAgainst(patience: Patience): Promise<readonly string[]> {
  const untilMs = Date.now() + SETTLE_MS;
  for (;;) {
    const { notYet } = await patience.again(({ admin }) => admin.sync.status());
    if (notYet.length === 0 || Date.now() > untilMs) return notYet;
    await patience.pause();
  }
}

async function sign(patience: Patience): Promise<HandedBack> {
  await patience.again(async ({ admin, dealer }) => {
    // The desk may have died after it signed.
    if ((await dealer.mode.get()).mode === 'HANDBACK') await agreed(() => admin.sync.sign(), dealer);
  });
  const { certificates, doubleCloses } = await patience.again(({ admin }) => admin.sync.status());
  const { mode } = await patience.again(({ dealer }) => dealer.mode.get());
  const through = await allAcknowledged(patience);
  return {
    certificate: certificates.at(-1)?.id ?? null,
    notYet: [],
    complaints: mode === 'STANDBY' ? [] : [`the certificate is signed, and the desk is in ${mode}`],
    doubleCloses: doubleCloses.length,
    through,
  };
}

/** What forbids a certificate must forbid it to the person who asks all the same. */
async function refusedToSign(patience: Patience): Promise<HandedBack> {
  const { notYet, doubleCloses } = await patience.again(({ admin }) => admin.sync.status());
  const signed = await patience.again(async ({ admin, dealer }) => {
    try {
      await agreed(() => admin.sync.sign(), dealer);
      return true;
    } catch (error) {
      if (isRefused(error)) return false;
      throw error;
    }
  });
  const through = await allAcknowledged(patience);
  return {
    certificate: null,
    through,
    notYet,
    complaints: signed ? [`a certificate was signed although ${notYet.join('; ')}`] : [],
    doubleCloses: doubleCloses.length,
  };
}
