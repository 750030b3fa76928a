import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';

export default defineConfig({
  base: '/static/ui/',
  plugins: [svelte()],
  build: { outDir: 'dist', emptyOutDir: true, manifest: true, rollupOptions: { input: 'src/main.ts' } },
});
