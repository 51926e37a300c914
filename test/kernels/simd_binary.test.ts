import { readFile, readdir } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { simdBinary } from '../../tools/assembly/build.js';

it('the binary in src/ is what assembly/ compiles to', async () => {
  const committed = await readFile(
    new URL('../../src/kernels/wasm/runtime/simd_binary.ts', import.meta.url),
    'utf8',
  );
  expect(committed).toBe(await simdBinary());
}, 60_000);

it('tasks, which any thread runs, copy and fill by loads and stores', async () => {
  // a thread that started while the memory grew may not know its size, and these compare with it: assembly/bytes.ts
  const ofOneThread = ['float64.ts', 'job.ts', 'jobs.ts', 'pad.ts', 'zero.ts'];
  const folder = new URL('../../assembly/', import.meta.url);
  const files = (await readdir(folder)).filter((name) => name.endsWith('.ts'));
  const found: string[] = [];
  for (const name of files)
    if (/\bmemory\.(copy|fill)\(/.test(await readFile(new URL(name, folder), 'utf8')))
      found.push(name);
  expect(found).toEqual(ofOneThread);
});
