import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { float64Binary } from '../../tools/assembly/build.js';

it('float64_binary.ts is what assembly/float64.ts compiles to', async () => {
  const path = new URL('../../src/linalg/float64_binary.ts', import.meta.url);
  expect(readFileSync(path, 'utf8')).toBe(await float64Binary());
});
