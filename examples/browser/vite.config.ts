import type { UserConfig } from 'vite';

/** What isolates a page from other origins, without which wasm has one thread; your server must send it, too. */
const headers = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

export default {
  server: { headers },
  preview: { headers },
  build: { target: 'es2022' },
  worker: { format: 'es' }, // gan-kit imports backends when it tries them
} satisfies UserConfig;
