import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import { ISOLATION } from './isolation.js';

// `npm run site:preview` serves what `npm run site` built. VitePress' own server sets no headers.
export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  base: process.env.SITE_BASE ?? '/',
  appType: 'mpa',
  build: { outDir: 'dist' },
  preview: { headers: ISOLATION },
});
