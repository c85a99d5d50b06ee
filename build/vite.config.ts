import react from '@vitejs/plugin-react';
import { join } from 'node:path';
import { build, defineConfig, type Plugin } from 'vite';
import { ROOT } from './tool.ts';

const SCREEN = join(ROOT, 'dist', 'renderer');
const TARGET = 'chrome140';

/** The screen, bundled into dist/renderer with relative paths: served over HTTP and by Electron alike. */
export default defineConfig({
  root: join(ROOT, 'renderer'),
  base: './',
  plugins: [react(), preload()],
  build: { outDir: SCREEN, emptyOutDir: true, target: TARGET, sourcemap: false },
});

/** A sandboxed preload is one CommonJS file of plain JavaScript: made beside the screen that it serves. */
function preload(): Plugin {
  return {
    name: 'preload',
    async closeBundle() {
      await build({
        configFile: false,
        logLevel: 'warn',
        build: {
          outDir: SCREEN,
          emptyOutDir: false,
          target: TARGET,
          lib: {
            entry: join(ROOT, 'native-bridge', 'preload.ts'),
            formats: ['cjs'],
            fileName: () => 'preload.cjs',
          },
          rolldownOptions: { external: ['electron'] },
        },
      });
    },
  };
}
