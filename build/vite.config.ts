import react from '@vitejs/plugin-react';
import { join } from 'node:path';
import { defineConfig } from 'vite';
import { ROOT } from './tool.ts';

/** The screen, bundled into dist/renderer; relative paths, so that it opens from a file as from a server. */
export default defineConfig({
  root: join(ROOT, 'renderer'),
  base: './',
  plugins: [react()],
  build: {
    outDir: join(ROOT, 'dist', 'renderer'),
    emptyOutDir: true,
    target: 'chrome140',
    sourcemap: false,
  },
});
