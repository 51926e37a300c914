import { copyFileSync, mkdirSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, resolve } from 'node:path';
import { ROOT } from './addresses.js';

/** Copies the binaries of the wasm backend into the site: pages pass `wasmPath: withBase('/wasm/')`. */
export function copyWasm(): void {
  const { resolve: find } = createRequire(import.meta.url);
  const from = dirname(find('@tensorflow/tfjs-backend-wasm'));
  const to = resolve(ROOT, 'site/public/wasm');
  mkdirSync(to, { recursive: true });
  for (const name of readdirSync(from).filter((name) => name.endsWith('.wasm')))
    copyFileSync(resolve(from, name), resolve(to, name));
}
