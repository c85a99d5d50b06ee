import { createHash } from 'node:crypto';
import { describe, expect, it, onTestFinished } from 'vitest';
import { boundReached } from '#core/journal/stage.ts';
import { isSignedBy } from '#core/journal/signer.ts';
import { OrderId, RequestId } from '#core/model/ids.ts';
import { ASKED, certificateAt, compared, handedBack, notYet } from './service-certificate-stage.ts';
import { openDesk } from './service-handback-stage.ts';
import { acknowledged, filled, NIFTY, orderOf, rowOf } from './stage-facts.ts';

const NET = { account: 'C1', instrumentId: NIFTY, product: 'MIS' };

describe('a certificate', () => {
  it('is signed, kept by main and ends the handback', () => {
    const { main, desk, settled } = compared();
    const signed = desk.handlers.sign(undefined, ASKED);
    expect(signed).toMatchObject({ ok: true });
    settled();
    const { id, json, page, signature, publicKey, content } = certificateAt(desk, 0);
    const message = Buffer.from(`lifeboat-certificate\n${json}`);
    expect(isSignedBy(Buffer.from(publicKey, 'hex'), message, Buffer.from(signature, 'hex'))).toBe(true);
    expect(main.certificates.get(id)).toMatchObject({ text: json, signature });
    expect(page).toContain(createHash('sha256').update(json).digest('hex'));
    expect(content).toMatchObject({
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
    const { opening, closing } = content;
    for (const place of [opening, closing]) {
      expect(main.rows.get(`${place.epoch}/${place.seq}`)?.hash).toBe(place.hash);
    }
    expect(desk.journal.read(0, 100).map(({ fact }) => fact.kind)).toContain('certificate-signed');
    expect(notYet(desk)).toContain('Nothing happened');
  });

  it('has one text for one content, with sorted members', () => {
    const { desk } = compared();
    desk.handlers.sign(undefined, ASKED);
    const { json } = certificateAt(desk, 0);
    const names = Object.keys(JSON.parse(json) as object);
    expect(names).toEqual(names.toSorted());
    expect(json).toBe(JSON.stringify(JSON.parse(json)));
  });

  it('is unknown by another name', () => {
    expect(handedBack().desk.handlers.certificate({ id: 'C1' })).toMatchObject({
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

/** Why signing was refused: what status said, too. Nothing may have changed by it. */
function refusalOf({ desk }: ReturnType<typeof handedBack>): string {
  const head = desk.journal.head();
  const lines = notYet(desk);
  const refused = desk.handlers.sign(undefined, ASKED);
  if (refused.ok || desk.journal.head().hash !== head.hash) return 'it was signed';
  return refused.refusal.text === lines ? `${refused.refusal.reason}: ${lines}` : 'status says otherwise';
}

describe('no certificate', () => {
  const reasons: readonly [string, (staged: ReturnType<typeof handedBack>) => void, string][] = [
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
    const staged = compared();
    change(staged);
    expect(refusalOf(staged)).toMatch(/^not-yet: /);
    expect(refusalOf(staged)).toContain(line);
  });

  it('while nothing was compared', () => {
    const staged = handedBack();
    staged.desk.append([boundReached('x')]);
    expect(refusalOf(staged)).toContain('not-yet: Desk, main and exchange were not compared yet.');
  });

  it('after orders moved since the comparison', () => {
    const { desk, settled } = compared();
    desk.append([filled('O1', '900', 'T2')]);
    settled();
    expect(notYet(desk)).toBe('Orders of this desk moved after the comparison: compare again.');
    desk.handlers.reconcile();
    settled();
    desk.append([
      { kind: 'order-not-delivered', v: 1, orderId: OrderId.parse('O1'), requestId: RequestId.parse('O1R') },
    ]);
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

  it('asks a slow main once, however often a person asks', () => {
    const { line, main, desk, settled } = compared();
    desk.handlers.reconcile();
    desk.append([boundReached('meanwhile')]);
    desk.handlers.reconcile();
    desk.handlers.reconcile();
    expect(line.toMain.filter(({ type }) => type === 'reconcile').length).toBe(1);
    for (const message of line.toMain.splice(0)) for (const answer of main.hear(message)) line.say(answer);
    expect(desk.port.status().reconciled?.round).toBe(2);
    settled();
  });

  it('while a difference is undecided; the decision is in it', () => {
    const { main, desk, settled } = handedBack();
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
    const { content, page } = certificateAt(desk, 0);
    expect(content).toMatchObject({
      differences: [
        { key, decided: { repair: 'take-desk', by: ['head', 'admin'], why: 'contract note <b>' } },
      ],
    });
    expect(page).toContain('contract note &lt;b&gt;');
    expect(page).not.toContain('<b>');
    expect(page).not.toMatch(/<script|src=|href=/);
  });

  it('speaks of rows whose home is another desk', () => {
    const { main, desk, settled } = handedBack();
    main.positions = [{ ...NET, account: 'C9', net: 65 }];
    desk.around.rows = [rowOf(0), rowOf(130, { account: 'C9' })];
    desk.around.away.add('C9');
    desk.handlers.reconcile();
    settled();
    expect(desk.port.status().reconciled).toMatchObject({ rows: 1, agree: 1 });
  });
});
