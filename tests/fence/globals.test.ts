import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { copyTree } from '#tests/fence/planted-tree.ts';

/** Globals that a host does not have do not compile there. */
const PLANTS = [
  { host: 'core', file: 'core/planted/service.ts', text: 'document.title', compiles: false },
  { host: 'core', file: 'core/planted/store.ts', text: 'process.pid', compiles: true },
  { host: 'pure', file: 'core/planted/domain.ts', text: 'process.pid', compiles: false },
  { host: 'pure', file: 'core/planted/plan.ts', text: 'Buffer.from([1])', compiles: false },
  { host: 'pure', file: 'core/planted/machine.ts', text: 'setTimeout(() => 1, 1)', compiles: false },
  { host: 'pure', file: 'core/planted/codec.ts', text: 'document.title', compiles: false },
  { host: 'pure', file: 'core/planted/events.ts', text: 'Uint8Array.of(1)', compiles: true },
  { host: 'renderer', file: 'renderer/planted-buffer.ts', text: 'Buffer.from([1])', compiles: false },
  { host: 'renderer', file: 'renderer/planted-process.ts', text: 'process.pid', compiles: false },
  { host: 'renderer', file: 'renderer/planted-title.ts', text: 'document.title', compiles: true },
  { host: 'main', file: 'main/planted-title.ts', text: 'document.title', compiles: false },
  { host: 'main', file: 'drill/planted-pid.ts', text: 'process.pid', compiles: true },
] as const;

describe('the globals of a host', () => {
  const tree = copyTree();
  const errors = new Map<string, string>();

  beforeAll(async () => {
    for (const { file, text } of PLANTS) tree.plant(file, `export const planted = ${text};\n`);
    for (const host of new Set(PLANTS.map((plant) => plant.host))) {
      errors.set(host, await tree.run('typescript/bin/tsc', ['-p', `tsconfig.${host}.json`]));
    }
  });
  afterAll(() => tree.remove());

  it.each(PLANTS)('$host: $text compiles: $compiles', ({ host, file, compiles }) => {
    expect(errors.get(host)?.includes(`${file}(`)).toBe(!compiles);
  });
});
