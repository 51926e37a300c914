import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const source = (path: string) => fileURLToPath(new URL(`../../../src/${path}`, import.meta.url));

export default defineConfig({
  resolve: {
    alias: {
      '#candidates': source('backend/candidates_node.ts'),
      '#kernels': source('kernels/kernels_node.ts'),
    },
  },
  test: { include: ['*.sandbox.ts'], dir: fileURLToPath(new URL('.', import.meta.url)) },
});
