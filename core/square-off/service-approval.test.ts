import { EVERY_ACCOUNT } from '#core/model/scope.ts';
import { describe, expect, it } from 'vitest';
import { ALL, at, contract, NOW, row, VENUE } from '#tests/square-off/book.ts';
import { createDesk } from '#tests/square-off/desk.ts';
import { fillAll, restAll } from '#tests/square-off/venue.ts';
import type { TestDesk } from '#tests/square-off/desk.ts';
import type { RunId } from '#core/model/ids.ts';

const call = contract('NIFTY26NOV25000CE');
const long = row('A1', call, 650);

const sold = (desk: TestDesk): number[] =>
  desk.sent.filter((order) => order.side === 'sell').map((order) => order.quantity);

describe('approval', () => {
  const by = { by: 'asha', persons: ['asha'], actor: { user: null }, scope: EVERY_ACCOUNT };
  const plan = (desk: TestDesk) => desk.squareOff.handlers.dryRun(ALL, by);
  const reason = (done: { ok: true } | { ok: false; refusal: { reason: string } }): string =>
    done.ok ? 'ok' : done.refusal.reason;

  it('binds the hash that was read, expires, and is used once', () => {
    const desk = createDesk([call], [long]);
    const { planId, planHash } = plan(desk);
    const approve = (hash: string) => reason(desk.squareOff.handlers.approve({ planId, planHash: hash }, by));
    expect([approve('0'.repeat(64)), approve(planHash), approve(planHash)]).toEqual([
      'hash-differs',
      'ok',
      'unknown-plan',
    ]);
    const late = createDesk([call], [long]);
    const old = plan(late);
    late.pass(121_000);
    expect(reason(late.squareOff.handlers.approve(old, by))).toBe('plan-expired');
  });

  it('needs as many persons as policy says, each once', () => {
    const desk = createDesk([call], [long], { policy: { personsRequired: 2 } });
    const approve = (others: string[]) =>
      reason(desk.squareOff.handlers.approve(plan(desk), { ...by, persons: ['asha', ...others] }));
    expect([approve([]), approve(['asha']), approve(['ravi'])]).toEqual([
      'second-person-needed',
      'second-person-needed',
      'ok',
    ]);
  });

  it('may only shrink: a position that others reduced meanwhile is closed only as far as it goes', () => {
    const desk = createDesk([call], [long]);
    const made = plan(desk);
    foreignSale(desk, 260);
    const done = desk.squareOff.handlers.approve(made, by);
    desk.settle();
    expect([done.ok && done.value.shrunkRows, sold(desk)]).toEqual([1, [390]]);
  });

  it('a manual trade during the run: the row is flat when its position is, and nothing is over-closed', () => {
    const desk = createDesk([call], [long], { behaviour: restAll });
    const runId = desk.exit();
    foreignSale(desk, 260);
    desk.settle();
    desk.venue.behaviour = fillAll;
    desk.pass(20_000);
    const net = desk
      .facts('order-filled')
      .reduce((sum, fact) => sum - (fact.kind === 'order-filled' ? fact.quantity : 0), 650 - 260);
    expect(net).toBe(0);
    expect(desk.state(runId)).toBe('ended: 1 flat, 0 left, 0 open');
  });
});

function foreignSale(desk: TestDesk, quantity: number): void {
  const { account, instrumentId, product } = long;
  desk.append({
    kind: 'foreign-fill-seen',
    v: 1,
    key: {
      venue: 'nse',
      tradingDate: '2026-11-23',
      side: 'sell',
      exchangeOrderId: 'M1',
      tradeId: 'M1',
    } as never,
    account,
    instrumentId,
    product,
    quantity,
    priceE4: 1_000_000,
    via: 'drop-copy',
    tradedAtMs: NOW,
  });
}

describe('restart', () => {
  const broken = (): { desk: TestDesk; runId: RunId } => {
    const desk = createDesk([call], [long], { behaviour: restAll });
    return { desk, runId: desk.exit() };
  };

  it('in the same session a run goes on by itself, and nothing is sent twice', () => {
    const { desk, runId } = broken();
    const again = createDesk([call], [long], {}, desk.entries, NOW + 60_000);
    again.settle();
    expect([again.sent.length, again.facts('run-resumed').length, again.state(runId)]).toEqual([
      0,
      1,
      'running: 0 flat, 0 left, 1 open',
    ]);
  });

  it.each<[string, number, string]>([
    [
      'restart the next morning does not resume',
      at('09:20', '2026-11-24'),
      'it was approved on another trading date: make a new dry run',
    ],
    ['nor after a long standstill', NOW + 16 * 60_000, 'it stood still for too long: make a new dry run'],
  ])('%s', (_name, startMs, why) => {
    const { desk, runId } = broken();
    const again = createDesk([call], [long], {}, desk.entries, startMs);
    again.pass(5000);
    const [paused] = again.facts('run-paused');
    expect([again.sent.length, paused?.kind === 'run-paused' ? paused.why : '']).toEqual([0, why]);
    const resumed = again.squareOff.handlers.resume({ runId, why: 'please' }, { by: 'asha' });
    expect(resumed.ok ? 'ok' : resumed.refusal.reason).toBe('needs-new-dry-run');
  });

  it('nor in a new epoch: a copy that was put back has forgotten what the run sent after it', () => {
    const desk = createDesk([call], [long], { ratePerSecond: 0 });
    const runId = desk.exit();
    const copy = [...desk.entries];
    const last = copy.at(-1);
    if (last === undefined) throw new Error('a run was approved');
    const opened = { kind: 'epoch-opened', v: 1, why: 'restored-copy', after: null, by: ['a', 'b'] } as const;
    const entry = { ...last, epoch: 2, seq: last.seq + 1, fact: opened };
    const again = createDesk([call], [long], {}, [...copy, entry], NOW + 60_000);
    again.pass(5000);
    expect([again.sent.length, again.state(runId)]).toEqual([0, 'paused: 0 flat, 0 left, 1 open']);
    const resumed = again.squareOff.handlers.resume({ runId, why: 'please' }, { by: 'asha' });
    expect(resumed.ok ? 'ok' : resumed.refusal.reason).toBe('needs-new-dry-run');
  });

  it('nor after the session of orders was reset: an exchange that was ahead knows orders that this file does not', () => {
    const desk = createDesk([call], [long], { ratePerSecond: 0 });
    const runId = desk.exit();
    const reset = { kind: 'session-reset', v: 1, venue: VENUE, by: 'asha', reason: 'too low' } as const;
    desk.append({ ...reset, session: 'drop-copy' });
    expect(desk.state(runId)).toMatch(/^running/);
    desk.append({ ...reset, session: 'orders' });
    expect(desk.state(runId)).toMatch(/^paused/);
    const resumed = desk.squareOff.handlers.resume({ runId, why: 'please' }, { by: 'asha' });
    expect(resumed.ok ? 'ok' : resumed.refusal.reason).toBe('needs-new-dry-run');
  });

  it('a paused run sends nothing until it is resumed; a stopped one cancels and ends', () => {
    const desk = createDesk([call], [long], { behaviour: restAll });
    const runId = desk.exit();
    desk.squareOff.handlers.pause({ runId, why: 'wait' }, { by: 'asha' });
    desk.pass(10_000);
    expect(desk.sent.length).toBe(1);
    desk.squareOff.handlers.stop({ runId, why: 'enough' }, { by: 'asha' });
    desk.pass(1000);
    expect([desk.sent.length, desk.state(runId), desk.board()]).toEqual([
      1,
      'ended: 0 flat, 1 left, 0 open',
      ['A1 MIS 650 stopped-by-dealer'],
    ]);
  });
});
