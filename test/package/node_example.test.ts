import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decode } from 'fast-png';
import { describe, expect, inject, it } from 'vitest';
import { copyExample, killedAt, needs } from './copied_example.js';
import { run } from './installation.js';

const installed = inject('installed');
const folder = copyExample(installed, 'node');
const bytesOf = (path: string): Buffer => readFileSync(join(folder, path));

const [COLUMNS, ROWS, SIDE, GAP] = [8, 4, 4 * 16, 2];

/** Returns how bright the corners of the pictures of a sheet are, in [0, 255]. */
function corners(path: string): number {
  const { data, width, height } = decode(bytesOf(path));
  expect([width, height]).toEqual([COLUMNS, ROWS].map((count) => count * (SIDE + GAP) - GAP));
  let sum = 0;
  for (let row = 0; row < ROWS; row++)
    for (let column = 0; column < COLUMNS; column++)
      sum += data[(row * width + column) * (SIDE + GAP)]!;
  return sum / (COLUMNS * ROWS);
}

describe('the example for Node, copied from the package', () => {
  it('asks for what it needs, in the ranges of the package', () => {
    const { asked, needed } = needs(installed, folder);
    expect(asked).toEqual(needed);
  });

  it('is under 100 lines', () => {
    expect(bytesOf('main.js').toString().trimEnd().split('\n').length).toBeLessThan(100);
  });

  it('goes on after a kill to the bits of a run that never stopped', async () => {
    const whole = run(folder, 'node', 'main.js', '100', 'whole');
    expect(whole).toMatch(/^training on wasm \(WebAssembly SIMD, \d threads?\)$/m);
    expect(whole).toMatch(/^step 100 of 100: critic \d\.\d{3}, generator -?\d\.\d{3}$/m);
    expect(await killedAt('step 50 of', folder, 'main.js', '100', 'broken')).toBe('SIGKILL');
    expect(existsSync(join(folder, 'broken/checkpoint.safetensors'))).toBe(true);
    const resumed = run(folder, 'node', 'main.js', '100', 'broken');
    const [first, ...rest] = resumed.split('\n').slice(1);
    expect(first).toBe('going on after step 50');
    expect(whole.replaceAll('whole', 'broken').endsWith(rest.join('\n'))).toBe(true);
    for (const file of ['checkpoint.safetensors', 'samples.png'])
      expect(bytesOf(`broken/${file}`).equals(bytesOf(`whole/${file}`)), file).toBe(true);
  });

  it('draws what it makes: a sky that darkens, which began as the grey of 127', () => {
    expect(corners('whole/samples.png')).toBeLessThan(100);
  });
});
