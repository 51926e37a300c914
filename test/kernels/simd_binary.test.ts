import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { simdBinary } from '../../tools/assembly/build.js';

it('the binary in src/ is what assembly/ compiles to', async () => {
  const committed = await readFile(
    new URL('../../src/kernels/wasm/runtime/simd_binary.ts', import.meta.url),
    'utf8',
  );
  expect(committed).toBe(await simdBinary());
}, 60_000);
