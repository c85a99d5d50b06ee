import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const ROOT = dirname(dirname(import.meta.dirname));

const FOLDERS = ['core', 'main', 'native-bridge', 'renderer', 'drill', 'tests', 'build', 'bench'];

const CONFIGURATION = [
  'package.json',
  'tsconfig.base.json',
  'tsconfig.json',
  'tsconfig.core.json',
  'tsconfig.pure.json',
  'tsconfig.renderer.json',
  'tsconfig.browser.json',
  'tsconfig.main.json',
  '.dependency-cruiser.mjs',
  '.oxlintrc.json',
  '.gitignore',
];

/** A copy of the source tree in which a test may do wrong. */
export interface PlantedTree {
  /** Writes a file, path relative to the tree, making its folders. */
  plant(path: string, text: string): void;
  /** Runs a tool of node_modules in the tree; answers its standard output, however it ended. */
  run(script: string, args: readonly string[]): Promise<string>;
  /** Those of the house's folders that are in the tree. */
  folders(): readonly string[];
  remove(): void;
}

/** Copies the tree; node_modules is shared by a link. */
export function copyTree(): PlantedTree {
  const tree = mkdtempSync(join(tmpdir(), 'lifeboat-fence-'));
  for (const name of [...FOLDERS, ...CONFIGURATION]) {
    if (existsSync(join(ROOT, name))) cpSync(join(ROOT, name), join(tree, name), { recursive: true });
  }
  symlinkSync(join(ROOT, 'node_modules'), join(tree, 'node_modules'));
  return {
    plant(path, text) {
      mkdirSync(dirname(join(tree, path)), { recursive: true });
      writeFileSync(join(tree, path), text);
    },
    run: (script, args) =>
      new Promise((resolve, reject) => {
        const options = { cwd: tree, maxBuffer: 64 * 1024 * 1024 };
        execFile(
          process.execPath,
          [join('node_modules', script), ...args],
          options,
          (_error, stdout, stderr) => {
            if (stdout === '' && stderr !== '') reject(new Error(stderr));
            else resolve(stdout);
          },
        );
      }),
    folders: () => FOLDERS.filter((folder) => existsSync(join(tree, folder))),
    remove: () => rmSync(tree, { recursive: true, force: true }),
  };
}
