import { hash } from 'node:crypto';
import { hexOf } from '#core/journal/chain.ts';
import { present } from '#core/lib/assert.ts';
import type { Result } from '#core/lib/result.ts';
import { ok, refuse } from '#core/lib/result.ts';
import type { SyncShown } from './contract.ts';
import {
  canonicalJson,
  certificateMessage,
  notYet,
  type Certificate,
  type HandedOver,
  type HashedPlace,
  type Standing,
} from './domain-certificate.ts';
import { certificatePage } from './domain-page.ts';
import { openOrders } from './domain-standing.ts';
import { CERTIFICATE_TEXT_MAX, type FromMain, type LateOrder, type Place } from './messages.ts';
import type { HandbackDeps, HandbackRefusal } from './service-handback-deps.ts';
import { SAY_AGAIN_MS } from './service-handback-deps.ts';
import type { ReconcileParts } from './service-reconcile.ts';
import {
  certificateOf,
  countTrades,
  keepCertificate,
  lastTradeUpTo,
  totalsOf,
  unkeptCertificate,
  writeCertificate,
} from './store-handback.ts';

export interface CertificateParts
  extends ReconcileParts, Pick<HandbackDeps, 'signer' | 'build' | 'runs' | 'endHandback'> {
  /** Main was asked for its positions and has not answered. */
  readonly isAsking: () => boolean;
}

/** Signs the end of an emergency, and tells main of it until main has kept it. */
export function createCertificates(parts: CertificateParts) {
  const { journal, link, host, emergency } = parts;
  let saidAtMs = 0;

  const say = (): void => {
    if (link.state().state !== 'up' || (emergency.mode !== 'HANDBACK' && emergency.mode !== 'STANDBY'))
      return;
    const next = unkeptCertificate(journal.reader);
    if (next === null) return;
    const { id, text, signature } = next;
    if (link.send({ type: 'certificate', id, text, signature })) saidAtMs = host.now();
  };

  /** The last step of a handback. A crash before it is made good at the next start. */
  const end = (by: readonly string[], id: string): Result<null, HandbackRefusal> => {
    if (emergency.mode !== 'HANDBACK') return ok(null);
    const moved = parts.endHandback(by, `certificate ${id} is signed`);
    return moved.ok ? ok(null) : refuse({ reason: 'mode-did-not-move', text: moved.refusal.text });
  };

  return {
    notYet: () => notYet(standing(parts)),
    sign(persons: readonly string[]): Result<null, HandbackRefusal> {
      const signed = sign(parts, persons);
      if (!signed.ok) return signed;
      say();
      return end(persons, signed.value);
    },
    read: (id: string) => read(parts, id),
    hear(message: FromMain): void {
      if (message.type !== 'certificate-kept' || certificateOf(journal.reader, message.id) === null) return;
      const kept = journal.append([], (tx) => {
        keepCertificate(tx, message.id);
      });
      if (kept.ok) say();
    },
    /** Main greeted. */
    say,
    tick(): void {
      if (host.now() - saidAtMs >= SAY_AGAIN_MS) say();
    },
    /** A certificate was signed and the desk stopped before its mode moved. */
    start(): void {
      const last = emergency.certificates.at(-1);
      if (last === undefined || emergency.mode !== 'HANDBACK') return;
      if (emergency.supplementOf() === last.id && !emergency.isDue()) end(last.by, last.id);
    },
    status: (): SyncShown['certificates'] =>
      emergency.certificates.map(({ id, supplementOf, closing, atMs, by }) => ({
        id,
        supplementOf,
        closing,
        atMs,
        by: [...by],
      })),
  };
}

/** Draws it up, signs it and keeps it with its fact. Its id. */
function sign(parts: CertificateParts, persons: readonly string[]): Result<string, HandbackRefusal> {
  const lines = notYet(standing(parts));
  if (lines.length > 0) return refuse({ reason: 'not-yet', text: lines.join(' ') });
  const certificate = drawUp(parts, persons);
  const text = canonicalJson(certificate);
  if (text.length > CERTIFICATE_TEXT_MAX) {
    const long = `The certificate has ${text.length} characters; main takes ${CERTIFICATE_TEXT_MAX}.`;
    return refuse({ reason: 'certificate-too-large', text: long });
  }
  const { id, supplementOf, closing, way, publicKey } = certificate;
  const signature = hexOf(parts.signer.sign(Buffer.from(certificateMessage(text))));
  const signed = {
    kind: 'certificate-signed',
    v: 1,
    id,
    supplementOf,
    closing: { epoch: closing.epoch, seq: closing.seq },
    sha256: sumOf(text),
    way,
    by: persons,
  } as const;
  const kept = parts.journal.append([signed], (tx) => {
    writeCertificate(tx, { id, text, signature, publicKey }, closing.seq);
  });
  return kept.ok ? ok(id) : kept;
}

function read({ journal }: CertificateParts, id: string): Result<Shown, HandbackRefusal> {
  const found = certificateOf(journal.reader, id);
  if (found === null) {
    return refuse({ reason: 'unknown-certificate', text: `This desk has no certificate ${id}.` });
  }
  const { text, signature, publicKey } = found;
  // Written by `sign` and by nobody else.
  const page = certificatePage(JSON.parse(text) as Certificate, sumOf(text), signature);
  return ok({ json: text, page, signature, publicKey });
}

interface Shown {
  readonly json: string;
  readonly page: string;
  readonly signature: string;
  readonly publicKey: string;
}

function wayOf({ link }: Pick<CertificateParts, 'link'>): 'wire' | 'file' {
  return link.state().state === 'off' ? 'file' : 'wire';
}

function standing(parts: CertificateParts): Standing {
  const { journal, orders, emergency, rounds, sender, handover, files, runs } = parts;
  const { inDoubt, working } = openOrders(orders.orders(), (orderId) => emergency.handedOver.has(orderId));
  const way = wayOf(parts);
  const blocked = sender.notTaken();
  const { newest } = rounds;
  return {
    mode: emergency.mode,
    way,
    supplement: emergency.supplementOf() !== null,
    due: emergency.isDue(),
    broken: journal.broken?.text ?? null,
    restored: sender.restored(),
    notTaken: blocked === null ? null : { at: blocked.at, text: `${blocked.reason}, ${blocked.text}` },
    inDoubt,
    working,
    runs: runs(),
    // A file carries trades only, and only those since the opening of this emergency.
    lastTold: way === 'wire' ? emergency.lastTold : dueTrade(parts),
    acked: way === 'wire' ? handover.acked().seq : files.ackedThrough().seq,
    reconciled: newest === null ? null : { through: newest.through.seq, undecided: rounds.undecided() },
    asking: parts.isAsking(),
    lastOwn: emergency.lastOwn,
    others: newest === null ? [] : emergency.othersAfter(newest.through.seq),
  };
}

/** The newest trade that a file has to carry; 0: none since the opening. */
function dueTrade({ journal, handover, emergency }: CertificateParts): number {
  let seq = emergency.lastTrade;
  // What a broken epoch held after its last good row is in no file.
  for (let stands = handover.lastUpTo(seq); stands < seq; stands = handover.lastUpTo(seq))
    seq = lastTradeUpTo(journal.reader, stands);
  return emergency.opening !== null && seq >= emergency.opening.seq ? seq : 0;
}

function drawUp(parts: CertificateParts, persons: readonly string[]): Certificate {
  const { journal, emergency, rounds, fences, handover, host, build } = parts;
  const way = wayOf(parts);
  const closing = way === 'wire' ? handover.acked() : handover.placeOf(journal.head().seq);
  const { opening, runs, left } = covered(parts, closing);
  const newest = present(rounds.newest, 'the comparison');
  const { fence } = fences;
  return {
    format: 'lifeboat-certificate',
    v: 1,
    id: `${journal.desk}-${closing.epoch}-${closing.seq}`,
    supplementOf: emergency.supplementOf(),
    way,
    desk: journal.desk,
    build,
    publicKey: hexOf(parts.signer.publicKey),
    epochs: handover.epochsBetween(opening, closing),
    opening: hashed(parts, opening),
    closing: hashed(parts, closing),
    facts: handover.rowsBetween(opening, closing),
    declared: repeated(parts, emergency.declared, emergency.declaredAt),
    accepted: repeated(parts, emergency.accepted, emergency.acceptedAt),
    ...(left === null ? {} : { left }),
    signedAtMs: host.now(),
    signedBy: persons,
    totals: totalsOf(journal.reader, runs),
    reconciled: {
      round: newest.round,
      through: newest.through,
      rows: newest.rows,
      agree: newest.agree,
    },
    differences: newest.differences.map((one) => ({
      ...one,
      decided: present(rounds.decision(one.key), 'the decision on each difference'),
    })),
    doubleCloses: fences.doubleCloses(),
    handedOver: handedOver(parts),
    lateOrders: lateOrders(fences.late(), newest.late),
    fence:
      fence === null
        ? null
        : {
            fence: fence.asked.fence,
            obeyed: fence.answer?.obeyed ?? null,
            text: fence.answer?.text ?? '',
          },
    mainHadLess:
      emergency.hasLess === null ? null : { had: emergency.hasLess.had, has: emergency.hasLess.has },
    files:
      way === 'wire'
        ? []
        : parts.files
            .acked()
            .filter(({ through }) => through.seq >= opening.seq)
            .map(({ number, through, sha256, refused }) => ({
              number,
              through,
              sha256,
              refused: refused.length,
            })),
  };
}

/** What is handed over of the emergency up to there: its runs of rows, the first row, and how much was left. */
function covered({ journal, emergency, handover }: CertificateParts, closing: Place) {
  const from = present(emergency.opening, 'the opening of an emergency that is due').seq;
  const runs = handover.handedBetween(from, closing.seq);
  const opening = handover.placeOf(present(runs[0], 'a row that is handed over').from);
  const gone = handover.leftBetween(from, closing.seq);
  const facts = gone.reduce((sum, run) => sum + run.to - run.from + 1, 0);
  const trades = gone.reduce((sum, run) => sum + countTrades(journal.reader, run), 0);
  return { opening, runs, left: facts === 0 ? null : { facts, trades } };
}

/** Nobody vouches for the words of a row that was left. */
function repeated<Said>({ handover }: CertificateParts, said: Said, at: Place | null): Said | null {
  return at !== null && handover.covers(at) ? said : null;
}

function hashed({ journal }: CertificateParts, { epoch, seq }: Place): HashedPlace {
  const row = present(journal.stored(seq - 1, 1).rows[0], 'the row of a place of the log');
  return { epoch, seq, hash: hexOf(row.hash) };
}

/** Those that still work: what was handed over and ended since is no order of main's. */
function handedOver({ emergency, orders }: CertificateParts): readonly HandedOver[] {
  return [...emergency.handedOver].flatMap(([orderId, { exchangeOrderId, by }]) => {
    const order = orders.order(orderId);
    if (order === null || order.reserved === 0) return [];
    const { account, instrumentId, product, side } = order.terms;
    return [
      { orderId, exchangeOrderId, account, instrumentId, product, side, openQuantity: order.reserved, by },
    ];
  });
}

/** What main named to the fence and what it named at the comparison; of one order the newer word. */
function lateOrders(first: readonly LateOrder[], then: readonly LateOrder[]): readonly LateOrder[] {
  const byNumber = new Map(first.map((order) => [order.exchangeOrderId, order]));
  for (const order of then) byNumber.set(order.exchangeOrderId, order);
  return [...byNumber.values()];
}

function sumOf(text: string): string {
  return hash('sha256', text);
}
