import { describe, expect, it } from 'vitest';
import type { Fact } from '#core/events.ts';
import { isVisible } from './domain-visible.ts';

/** Only the fields that decide; each fact is whole in its own service's tests. */
const fact = (kind: Fact['kind'], fields: object = {}) => ({ kind, v: 1, ...fields }) as Fact;
const asha = { by: 'asha', scope: { all: false, has: (account: string) => account === 'OWN' } };
const names = {
  accountOfOrder: (orderId: string) => ({ o1: 'OWN', o2: 'OTHER' })[orderId] ?? null,
  accountsOfRun: (runId: string) => ({ r1: ['OWN'], r2: ['OWN', 'OTHER'] })[runId] ?? null,
};

describe('what a dealer sees of the journal', () => {
  it.each<[string, Fact, boolean]>([
    ['an order of an own account', fact('order-planned', { terms: { account: 'OWN' } }), true],
    ["an order of another's account", fact('order-planned', { terms: { account: 'OTHER' } }), false],
    ['a word about an own order', fact('order-released', { orderId: 'o1' }), true],
    ["a word about another's order", fact('order-released', { orderId: 'o2' }), false],
    ['a word about an order that nobody knows', fact('order-released', { orderId: 'o3' }), false],
    ["another's trade on drop copy", fact('foreign-fill-seen', { account: 'OTHER' }), false],
    ['an own run', fact('run-paused', { runId: 'r1' }), true],
    ['a run over more than own accounts', fact('run-paused', { runId: 'r2' }), false],
    ['a left-over row of another', fact('row-left-over', { runId: 'r1', account: 'OTHER' }), false],
    ['the mode', fact('mode-changed'), true],
    ['an approval that waits', fact('approval-asked'), true],
    ['the own sign-in', fact('signed-in', { user: 'asha' }), true],
    ["another's sign-in", fact('signed-in', { user: 'ravi' }), false],
    ['a lockout', fact('locked-out', { who: 'ravi' }), false],
    ['the comparison with main, of every account', fact('reconciled'), false],
  ])('%s', (_what, one, seen) => {
    expect(isVisible(one, asha, names)).toBe(seen);
    expect(isVisible(one, { by: 'ravi', scope: { all: true, has: () => true } }, names)).toBe(true);
  });
});
