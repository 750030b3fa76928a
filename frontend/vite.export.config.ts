import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';

// The page of a match for a file that opens alone: one script and one style, which frontend/exports.py puts into it.
export default defineConfig({
  plugins: [svelte()],
  build: {
    outDir: 'dist/export',
    emptyOutDir: true,
    cssCodeSplit: false,
    modulePreload: false,
    rollupOptions: { input: 'src/alone.ts', output: { format: 'iife', entryFileNames: 'alone.js', assetFileNames: 'alone[extname]' } },
  },
});
