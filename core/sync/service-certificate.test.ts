import { describe, expect, it, onTestFinished } from 'vitest';
import { createHash } from 'node:crypto';
import { isSignedBy } from '#core/journal/signer.ts';
import { scratchFolder } from '#core/journal/stage-folder.ts';
import { boundReached } from '#core/journal/stage.ts';
import type { Certificate } from './domain-certificate.ts';
import { carry, openDesk, PlayedLine, PlayedMain, type StagedDesk } from './service-handback-stage.ts';
import { acknowledged, filled, mainsFill, NIFTY, orderOf, planned, released, rowOf } from './stage-facts.ts';

const ASKED = { by: 'head', persons: ['head', 'admin'] };
const NET = { account: 'C1', instrumentId: NIFTY, product: 'MIS' };

/** An emergency with one order that closed its row, main back, everything handed over. */
function stage() {
  const { path } = scratchFolder();
  const line = new PlayedLine();
  const main = new PlayedMain('D1');
  const desk = openDesk(path, line);
  onTestFinished(() => desk.close());
  desk.append([boundReached('before')]);
  desk.move('SUSPECT', 'EMERGENCY');
  for (const fact of [planned('O1'), released('O1'), acknowledged('O1', '900'), filled('O1', '900', 'T1')])
    desk.append([fact]);
  desk.around.orders.set(orderOf('O1', 'FILLED').orderId, orderOf('O1', 'FILLED'));
  desk.around.rows = [rowOf(0)];
  desk.move('EMERGENCY', 'HANDBACK');
  line.up(main);
  const settled = (): void => carry(desk, line, main);
  settled();
  return { path, line, main, desk, settled };
}

const notYet = (desk: StagedDesk): string => desk.port.status().notYet.join(' ');

function compared() {
  const staged = stage();
  staged.desk.handlers.reconcile();
  staged.settled();
  expect(notYet(staged.desk)).toBe('');
  return staged;
}

describe('a certificate', () => {
  it('is signed, kept by main and ends the handback', () => {
    const { main, desk, settled } = compared();
    const signed = desk.handlers.sign(undefined, ASKED);
    expect(signed).toMatchObject({ ok: true });
    settled();
    const [shown] = desk.port.status().certificates;
    const read = desk.handlers.certificate({ id: shown?.id ?? '' });
    if (!read.ok) throw new Error(read.refusal.text);
    const { json, page, signature, publicKey } = read.value;
    const message = Buffer.from(`lifeboat-certificate\n${json}`);
    expect(isSignedBy(Buffer.from(publicKey, 'hex'), message, Buffer.from(signature, 'hex'))).toBe(true);
    expect(main.certificates.get(shown?.id ?? '')).toMatchObject({ text: json, signature });
    expect(page).toContain(createHash('sha256').update(json).digest('hex'));
    const certificate = JSON.parse(json) as Certificate;
    expect(certificate).toMatchObject({
      supplementOf: null,
      way: 'wire',
      desk: 'D1',
      epochs: [1],
      opening: { epoch: 1, seq: 4 },
      signedBy: ['head', 'admin'],
      totals: { ordersSent: 1, trades: 1, soldUnits: 65, boughtUnits: 0 },
      reconciled: { round: 1, rows: 1, agree: 1 },
      differences: [],
    });
    const { opening, closing } = certificate;
    for (const place of [opening, closing]) {
      expect(main.rows.get(`${place.epoch}/${place.seq}`)?.hash).toBe(place.hash);
    }
    expect(desk.journal.read(0, 100).map(({ fact }) => fact.kind)).toContain('certificate-signed');
    expect(notYet(desk)).toContain('Nothing happened');
  });

  it('has one text for one content, with sorted members', () => {
    const { desk } = compared();
    desk.handlers.sign(undefined, ASKED);
    const { id = '' } = desk.port.status().certificates[0] ?? {};
    const read = desk.handlers.certificate({ id });
    const json = read.ok ? read.value.json : '';
    const names = Object.keys(JSON.parse(json) as object);
    expect(names).toEqual(names.toSorted());
    expect(json).toBe(JSON.stringify(JSON.parse(json)));
  });

  it('is unknown by another name', () => {
    expect(stage().desk.handlers.certificate({ id: 'C1' })).toMatchObject({
      refusal: { reason: 'unknown-certificate' },
    });
  });

  it('is sent again until main keeps it, also after main lost it', () => {
    const { line, main, desk, settled } = compared();
    main.mute = true;
    desk.handlers.sign(undefined, ASKED);
    settled();
    main.mute = false;
    line.cut();
    line.up(main);
    settled();
    expect(main.certificates.size).toBe(1);
    main.certificates.clear();
    main.lose(30);
    line.cut();
    line.up(main);
    settled();
    expect(main.certificates.size).toBe(1);
  });

  it('ends the handback at the next start when the desk stopped between its two facts', () => {
    const { path, line, desk } = compared();
    desk.deps.endHandback = () => ({ ok: false, refusal: { reason: 'x', text: 'killed here' } });
    expect(desk.handlers.sign(undefined, ASKED)).toMatchObject({ refusal: { reason: 'mode-did-not-move' } });
    line.cut();
    desk.close();
    const again = openDesk(path, line, desk.around);
    onTestFinished(() => again.close());
    expect(again.journal.read(0, 200).at(-1)?.fact).toMatchObject({ kind: 'mode-changed', to: 'STANDBY' });
  });

  it('lifts the fence', () => {
    const { line, desk, settled } = compared();
    desk.handlers.fence({ why: 'main is back' }, ASKED);
    settled();
    desk.handlers.sign(undefined, ASKED);
    desk.settle();
    expect(line.toMain).toContainEqual({ type: 'lift-fence', fence: desk.port.status().fence?.fence });
  });
});

describe('no certificate', () => {
  const reasons: readonly [string, (staged: ReturnType<typeof stage>) => void, string][] = [
    ['while nothing was compared', ({ desk }) => desk.append([boundReached('x')]), 'were not compared yet'],
    [
      'while an order is in doubt',
      (staged) => {
        staged.desk.around.orders.set(orderOf('O2', 'IN_DOUBT').orderId, orderOf('O2', 'IN_DOUBT'));
      },
      '1 order is in doubt: O2',
    ],
    [
      'while trades of an ended order are owed',
      ({ desk }) => {
        desk.around.orders.set(orderOf('O2', 'FILLED').orderId, orderOf('O2', 'FILLED', { reserved: 5 }));
      },
      '1 order is in doubt: O2',
    ],
    [
      'while an order works',
      ({ desk }) => {
        desk.around.orders.set(orderOf('O2', 'NEW').orderId, orderOf('O2', 'NEW'));
      },
      'still working, neither ended nor handed over: O2',
    ],
    ['while an exit is not ended', ({ desk }) => void desk.around.runs.push('R1'), '1 exit is not ended: R1'],
    [
      'while facts are not at main',
      ({ line, desk }) => {
        line.cut();
        desk.append([acknowledged('O1', '900')]);
      },
      'the certificate speaks of seq',
    ],
    [
      'outside of HANDBACK',
      ({ desk }) => {
        desk.move('HANDBACK', 'EMERGENCY');
      },
      'The desk is in EMERGENCY',
    ],
  ];
  it.each(reasons)('%s', (_name, change, line) => {
    const staged = stage();
    if (!line.includes('compared')) {
      staged.desk.handlers.reconcile();
      staged.settled();
      expect(notYet(staged.desk)).toBe('');
    }
    change(staged);
    expect(notYet(staged.desk)).toContain(line);
    const head = staged.desk.journal.head();
    const refused = staged.desk.handlers.sign(undefined, ASKED);
    expect(refused).toMatchObject({ ok: false, refusal: { reason: 'not-yet' } });
    if (!refused.ok) expect(refused.refusal.text).toContain(line);
    expect(staged.desk.journal.head()).toEqual(head);
  });

  it('after orders moved since the comparison', () => {
    const { desk, settled } = compared();
    desk.append([filled('O1', '900', 'T2')]);
    settled();
    expect(notYet(desk)).toBe('Orders of this desk moved after the comparison: compare again.');
    desk.handlers.reconcile();
    settled();
    expect(notYet(desk)).toBe('');
  });

  it('while main has not said its positions', () => {
    const { line, main, desk, settled } = compared();
    main.mute = true;
    desk.handlers.reconcile();
    settled();
    expect(notYet(desk)).toContain('has not answered yet');
    main.mute = false;
    line.cut();
    line.up(main);
    settled();
    expect(notYet(desk)).toBe('');
  });

  it('while a difference is undecided; the decision is in it', () => {
    const { main, desk, settled } = stage();
    main.positions = [{ ...NET, net: 65 }];
    desk.handlers.reconcile();
    settled();
    expect(notYet(desk)).toBe('1 of the differences are not decided.');
    const [difference] = desk.handlers.differences().differences;
    expect(difference).toMatchObject({ desk: 0, main: 65, exchange: null, decided: null });
    const { round = 0, key = '' } = difference ?? {};
    desk.handlers.decide({ round, key, repair: 'take-desk', why: 'contract note <b>' }, ASKED);
    settled();
    expect(desk.handlers.sign(undefined, ASKED)).toMatchObject({ ok: true });
    const { id = '' } = desk.port.status().certificates[0] ?? {};
    const read = desk.handlers.certificate({ id });
    if (!read.ok) throw new Error(read.refusal.text);
    expect(JSON.parse(read.value.json)).toMatchObject({
      differences: [
        { key, decided: { repair: 'take-desk', by: ['head', 'admin'], why: 'contract note <b>' } },
      ],
    });
    expect(read.value.page).toContain('contract note &lt;b&gt;');
    expect(read.value.page).not.toContain('<b>');
    expect(read.value.page).not.toMatch(/<script|src=|href=/);
  });

  it('speaks of rows whose home is another desk', () => {
    const { main, desk, settled } = stage();
    main.positions = [{ ...NET, account: 'C9', net: 65 }];
    desk.around.rows = [rowOf(0), rowOf(130, { account: 'C9' })];
    desk.around.away.add('C9');
    desk.handlers.reconcile();
    settled();
    expect(desk.port.status().reconciled).toMatchObject({ rows: 1, agree: 1 });
  });
});

describe('an order that still works', () => {
  it('is handed over by its number at the exchange, and named', () => {
    const { desk, settled } = compared();
    desk.around.orders.set(orderOf('O2', 'NEW').orderId, orderOf('O2', 'NEW', { reserved: 65 }));
    expect(desk.handlers.handOver({ orderId: 'O2' }, ASKED)).toMatchObject({ ok: true });
    settled();
    expect(desk.port.status().handedOver).toEqual(['O2']);
    expect(desk.handlers.sign(undefined, ASKED)).toMatchObject({ ok: true });
    const { id = '' } = desk.port.status().certificates[0] ?? {};
    const read = desk.handlers.certificate({ id });
    expect(read.ok && JSON.parse(read.value.json)).toMatchObject({
      handedOver: [{ orderId: 'O2', exchangeOrderId: 'XO2', openQuantity: 65, by: ['head', 'admin'] }],
    });
  });

  it.each([
    ['unknown', 'O9', 'unknown-order'],
    ['no id at all', '', 'unknown-order'],
    ['ended', 'O1', 'not-working'],
    ['in doubt', 'O3', 'order-in-doubt'],
  ])('is not handed over when it is %s', (_name, orderId, reason) => {
    const { desk } = compared();
    desk.around.orders.set(orderOf('O3', 'IN_DOUBT').orderId, orderOf('O3', 'IN_DOUBT'));
    expect(desk.handlers.handOver({ orderId }, ASKED)).toMatchObject({ refusal: { reason } });
  });
});

describe('after the certificate', () => {
  it('what comes later makes a supplement, which closes later', () => {
    const { desk, settled } = compared();
    desk.handlers.sign(undefined, ASKED);
    settled();
    expect(desk.handlers.sign(undefined, ASKED)).toMatchObject({ refusal: { reason: 'not-yet' } });
    desk.append([filled('O1', '900', 'T9')]);
    desk.handlers.reconcile();
    settled();
    expect(desk.handlers.sign(undefined, ASKED)).toMatchObject({ ok: true });
    const [first, second] = desk.port.status().certificates;
    expect(second?.supplementOf).toBe(first?.id);
    const read = desk.handlers.certificate({ id: second?.id ?? '' });
    const supplement = JSON.parse(read.ok ? read.value.json : '{}') as Certificate;
    expect(supplement.opening.seq).toBe((first?.closing.seq ?? 0) + 1);
    expect(supplement.totals.trades).toBe(1);
  });

  it("main's own trades need none", () => {
    const { desk, settled } = compared();
    desk.handlers.sign(undefined, ASKED);
    desk.append([mainsFill('M7', 'T7')]);
    settled();
    expect(notYet(desk)).toContain('Nothing happened that a certificate has not covered.');
  });

  it('the next emergency has a certificate of its own', () => {
    const { desk, settled } = compared();
    desk.handlers.sign(undefined, ASKED);
    settled();
    desk.move('STANDBY', 'SUSPECT');
    desk.move('SUSPECT', 'EMERGENCY');
    const opening = desk.journal.head().seq;
    desk.move('EMERGENCY', 'HANDBACK');
    settled();
    desk.handlers.reconcile();
    settled();
    expect(desk.handlers.sign(undefined, ASKED)).toMatchObject({ ok: true });
    const last = desk.port.status().certificates.at(-1);
    expect(last?.supplementOf).toBe(null);
    const read = desk.handlers.certificate({ id: last?.id ?? '' });
    expect(read.ok && JSON.parse(read.value.json)).toMatchObject({ opening: { seq: opening } });
  });
});

it('memory is the replay of the log', () => {
  const { path, line, desk, settled } = compared();
  desk.append([mainsFill('M1', 'T1')]);
  desk.handlers.fence({ why: 'main is back' }, ASKED);
  settled();
  desk.handlers.reconcile();
  settled();
  const { linkSinceMs: _link, handback, ...before } = desk.port.status();
  line.cut();
  desk.close();
  const again = openDesk(path, line, desk.around);
  onTestFinished(() => again.close());
  const { linkSinceMs: _again, handback: after, ...now } = again.port.status();
  expect({ ...now, link: before.link, notYet: before.notYet }).toEqual(before);
  expect(after.acked).toEqual(handback.acked);
});
