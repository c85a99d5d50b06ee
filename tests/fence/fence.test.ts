import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { copyTree } from '#tests/fence/planted-tree.ts';

/** One wrong import (or a right one), and the rules that must speak about its file: these and no others. */
interface Plant {
  readonly file: string;
  readonly imports: string;
  readonly rules: readonly string[];
  /** An import that TypeScript erases; the fence sees it all the same. */
  readonly type?: true;
}

/** What the plants reach for; never a file of the product, so that the product may change. */
const TARGETS = [
  'core/model/planted-noun.ts',
  'core/lib/planted-leaf.ts',
  'core/planted/domain.ts',
  'core/planted/contract.ts',
  'core/planted/events.ts',
  'core/planted/service.ts',
  'core/planted/store.ts',
  'core/planted/plan-steps.ts',
  'core/planted/domain.test.ts',
  'core/planted-venue/fix/codec.ts',
  'core/journal/planted-driver.ts',
  'main/planted-target.ts',
  'native-bridge/planted-target.ts',
  'renderer/planted-target.ts',
  'renderer/features/planted/table.tsx',
  'drill/planted-target.ts',
  'tests/planted-target.ts',
];

const PLANTS: readonly Plant[] = [
  { file: 'main/planted-typo.ts', imports: './nowhere.ts', type: true, rules: ['no-broken-import'] },

  {
    file: 'core/planted-a/service.ts',
    imports: 'electron',
    rules: ['core-knows-no-host', 'electron-at-the-edge'],
  },
  { file: 'core/planted-b/service.ts', imports: 'react', rules: ['core-knows-no-host'] },
  { file: 'core/planted-c/service.ts', imports: '#main/planted-target.ts', rules: ['core-knows-no-host'] },
  {
    file: 'core/planted-d/service.ts',
    imports: '#renderer/planted-target.ts',
    type: true,
    rules: ['core-knows-no-host'],
  },
  {
    file: 'core/planted-e/service.ts',
    imports: '#native-bridge/planted-target.ts',
    rules: ['core-knows-no-host'],
  },

  {
    file: 'renderer/planted-a.ts',
    imports: '#core/planted/service.ts',
    rules: ['renderer-sees-contract-only'],
  },
  {
    file: 'renderer/planted-b.ts',
    imports: '#core/planted/domain.ts',
    type: true,
    rules: ['renderer-sees-contract-only'],
  },
  {
    file: 'renderer/planted-c.ts',
    imports: '#core/lib/planted-leaf.ts',
    rules: ['renderer-sees-contract-only'],
  },
  {
    file: 'renderer/planted-d.ts',
    imports: '#native-bridge/planted-target.ts',
    rules: ['renderer-sees-contract-only'],
  },
  { file: 'renderer/planted-e.ts', imports: '#core/planted/contract.ts', rules: [] },
  { file: 'renderer/planted-f.ts', imports: '#core/planted/events.ts', rules: [] },
  { file: 'renderer/planted-g.ts', imports: '#core/model/planted-noun.ts', rules: [] },
  { file: 'renderer/planted-h.ts', imports: 'node:fs', rules: ['renderer-has-no-node'] },
  { file: 'renderer/planted-i.ts', imports: 'electron', rules: ['electron-at-the-edge'] },
  {
    file: 'renderer/features/planted-orders/ticket.tsx',
    imports: '#renderer/features/planted/table.tsx',
    rules: ['features-are-strangers'],
  },

  { file: 'main/planted-a.ts', imports: '#core/planted/service.ts', rules: ['main-uses-the-front-door'] },
  { file: 'main/planted-b.ts', imports: '#core/model/planted-noun.ts', rules: ['main-uses-the-front-door'] },
  { file: 'main/planted-c.ts', imports: '@napi-rs/keyring', rules: ['one-keychain'] },
  { file: 'main/planted-d.ts', imports: 'electron', rules: [] },
  { file: 'native-bridge/planted-a.ts', imports: '#core/planted/service.ts', rules: ['bridge-is-thin'] },
  { file: 'native-bridge/planted-b.ts', imports: '#main/planted-target.ts', rules: ['bridge-is-thin'] },
  { file: 'native-bridge/planted-c.ts', imports: 'electron', rules: [] },

  { file: 'core/planted-f/domain.ts', imports: 'node:fs', rules: ['pure-stays-pure'] },
  { file: 'core/planted-f/plan.ts', imports: 'csv-parse', rules: ['pure-stays-pure'] },
  { file: 'core/planted-f/port.ts', imports: 'node:crypto', rules: ['pure-stays-pure'] },
  { file: 'core/planted-f/messages.ts', imports: 'node:buffer', type: true, rules: ['pure-stays-pure'] },
  { file: 'core/planted-f/any-other-name.ts', imports: 'node:fs', rules: ['pure-stays-pure'] },
  { file: 'core/planted-f/fix/machine.ts', imports: 'node:events', rules: ['pure-stays-pure'] },
  { file: 'core/planted-f/fix/codec-fields.ts', imports: 'node:buffer', rules: ['pure-stays-pure'] },
  { file: 'core/journal/events-planted.ts', imports: 'node:fs', rules: ['pure-stays-pure'] },
  { file: 'core/model/planted-impure.ts', imports: 'node:fs', rules: ['pure-stays-pure'] },
  { file: 'core/lib/planted-impure.ts', imports: '@orpc/contract', rules: ['pure-stays-pure'] },
  { file: 'core/planted-f/codec.ts', imports: 'zod', rules: [] },
  { file: 'core/planted-f/service.ts', imports: 'node:fs', rules: [] },
  {
    file: 'core/planted-g/domain.ts',
    imports: '#core/journal/planted-driver.ts',
    type: true,
    rules: ['pure-reads-only-pure'],
  },
  { file: 'core/planted/machine.ts', imports: './store.ts', type: true, rules: ['pure-reads-only-pure'] },
  { file: 'core/planted-g/contract.ts', imports: 'node:fs', rules: ['contracts-speak-zod'] },
  { file: 'core/planted-g/contract-read.ts', imports: '@orpc/server', rules: ['contracts-speak-zod'] },
  { file: 'core/planted-h/contract.ts', imports: '@orpc/contract', rules: [] },

  {
    file: 'core/planted-h/service.ts',
    imports: '#core/planted/domain.ts',
    rules: ['services-are-strangers'],
  },
  {
    file: 'core/planted-i/service.ts',
    imports: '#core/planted/store.ts',
    type: true,
    rules: ['services-are-strangers'],
  },
  {
    file: 'core/planted-i/store.ts',
    imports: '#core/planted/plan-steps.ts',
    rules: ['services-are-strangers'],
  },
  {
    file: 'core/planted-j/service.ts',
    imports: '#core/planted-venue/fix/codec.ts',
    rules: ['services-are-strangers'],
  },
  { file: 'core/planted-k/service.ts', imports: '#core/planted/contract.ts', rules: [] },
  { file: 'core/planted-l/domain.ts', imports: '#core/planted/events.ts', rules: [] },
  {
    file: 'core/planted-m/service.ts',
    imports: '#core/planted/service.ts',
    rules: ['one-composer', 'services-are-strangers'],
  },

  { file: 'core/planted-n/store.ts', imports: 'better-sqlite3', rules: ['one-database'] },
  { file: 'core/journal/planted-other.ts', imports: 'node:sqlite', rules: ['one-database'] },
  { file: 'core/planted-o/service.ts', imports: 'node:net', rules: ['one-socket'] },
  { file: 'core/planted-p/connection.ts', imports: 'node:tls', rules: ['one-socket'] },
  { file: 'main/planted-e.ts', imports: 'node:net', rules: ['one-socket'] },
  { file: 'drill/planted-sockets.ts', imports: 'node:net', rules: [] },
  { file: 'core/exchange/fix/connection.ts', imports: 'node:net', rules: [] },
  { file: 'core/journal/sqlite.ts', imports: 'better-sqlite3', rules: [] },
  { file: 'native-bridge/keychain.ts', imports: '@napi-rs/keyring', rules: [] },
  { file: 'core/planted-q/service.ts', imports: 'ws', rules: ['one-web-door'] },
  { file: 'core/sync/service-planted.ts', imports: 'ws', rules: [] },
  { file: 'core/web/planted.ts', imports: 'ws', rules: [] },
  { file: 'core/planted-r/service.ts', imports: 'fastify', rules: ['one-http-server'] },
  { file: 'core/planted-s/service.ts', imports: '@napi-rs/keyring', rules: ['one-keychain'] },

  { file: 'core/planted-t/service.ts', imports: '#drill/planted-target.ts', rules: ['drill-is-outside'] },
  { file: 'main/planted-f.ts', imports: '#drill/planted-target.ts', type: true, rules: ['drill-is-outside'] },
  { file: 'renderer/planted-j.ts', imports: '#drill/planted-target.ts', rules: ['drill-is-outside'] },
  {
    file: 'core/planted-u/service.test.ts',
    imports: '#drill/planted-target.ts',
    rules: ['drill-is-outside'],
  },
  {
    file: 'native-bridge/planted-d.ts',
    imports: '#tests/planted-target.ts',
    rules: ['no-test-in-product'],
  },
  { file: 'core/planted/codec.ts', imports: './domain.test.ts', rules: ['no-test-in-product'] },
  { file: 'drill/planted-test.ts', imports: '#tests/planted-target.ts', rules: ['no-test-in-product'] },
];

/** Two files that name each other, one of them by a type only. */
const CYCLE = { one: 'core/lib/planted-cycle.ts', other: 'core/model/planted-cycle.ts' };

const Report = z.object({
  summary: z.object({
    violations: z.array(z.object({ from: z.string(), rule: z.object({ name: z.string() }) })),
    ruleSetUsed: z.object({ forbidden: z.array(z.object({ name: z.string() })) }),
  }),
});

describe('the fence', () => {
  const tree = copyTree();
  const spoken = new Map<string, Set<string>>();
  let rules: readonly string[] = [];

  beforeAll(async () => {
    for (const target of TARGETS) tree.plant(target, 'export const planted = 1;\nexport type Planted = 1;\n');
    for (const { file, imports, type } of PLANTS) {
      tree.plant(file, type ? `export type * from '${imports}';\n` : `import '${imports}';\n`);
    }
    tree.plant(CYCLE.one, `import '#${CYCLE.other}';\nexport type Name = 'one';\n`);
    tree.plant(CYCLE.other, `import type { Name } from '#${CYCLE.one}';\nexport type Other = Name;\n`);

    const options = ['--config', '.dependency-cruiser.mjs', '--output-type', 'json', ...tree.folders()];
    const output = await tree.run('dependency-cruiser/bin/dependency-cruiser.mjs', options);
    const { summary } = Report.parse(JSON.parse(output));
    rules = summary.ruleSetUsed.forbidden.map(({ name }) => name);
    for (const { from, rule } of summary.violations) {
      spoken.set(from, (spoken.get(from) ?? new Set()).add(rule.name));
    }
  });
  afterAll(() => tree.remove());

  it.each(PLANTS)('$file → $imports: $rules', ({ file, rules: expected }) => {
    expect([...(spoken.get(file) ?? [])].toSorted()).toEqual([...expected].toSorted());
  });

  it('sees a cycle through a type', () => {
    expect([...(spoken.get(CYCLE.one) ?? [])]).toEqual(['no-cycle']);
  });

  it('has a planted violation for each of its rules', () => {
    const planted = new Set(['no-cycle', ...PLANTS.flatMap((plant) => plant.rules)]);
    expect([...planted].toSorted()).toEqual([...rules].toSorted());
  });
});
