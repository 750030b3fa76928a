import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig, type Plugin } from 'vite';

/** Beside every built file the same by gzip and by brotli: the server gives out what the browser takes. */
function compressed(): Plugin {
  return {
    name: 'compressed',
    apply: 'build',
    writeBundle({ dir = '' }) {
      for (const file of readdirSync(join(dir, 'assets')).filter((name) => /\.(js|css)$/.test(name))) {
        const path = join(dir, 'assets', file);
        const bytes = readFileSync(path);
        writeFileSync(`${path}.gz`, gzipSync(bytes, { level: 9 }));
        writeFileSync(`${path}.br`, brotliCompressSync(bytes));
      }
    },
  };
}

export default defineConfig({
  base: '/static/ui/',
  plugins: [svelte(), compressed()],
  build: { outDir: 'dist', emptyOutDir: true, manifest: true, cssCodeSplit: false, rollupOptions: { input: 'src/main.ts' } },
});
