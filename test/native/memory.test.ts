import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { fill, square, tensor } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from '../helpers/backends.js';

const PROGRAM = fileURLToPath(new URL('./train_steps.ts', import.meta.url));
const SIZE = 13_107_200; // 50 MiB

const resident = (): number => process.memoryUsage.rss() / 2 ** 20;

describe('on libtensorflow', () => {
  beforeAll(() => useBackend('tensorflow'));

  it.each<[string, () => Tensor]>([
    ['made there', () => fill([SIZE], 1)],
    ['made of arrays', () => tensor(new Float32Array(SIZE).fill(3))],
  ])('5 GB of tensors %s, freed one after another, take no memory', async (_, make) => {
    const before = resident();
    for (let i = 0; i < 100; i++) {
      const x = make();
      const y = square(x);
      x.dispose();
      y.dispose();
      if (i % 10 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    expect(resident() - before).toBeLessThan(1500);
  });

  it(
    'tensors, those of libtensorflow and resident memory are flat over 1,000 steps',
    { timeout: 240_000 },
    async () => {
      const { stdout } = await promisify(execFile)(process.execPath, [
        ...['--expose-gc', '--import', 'tsx', PROGRAM, '1000'],
      ]);
      const held = stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as { tensors: number; native: number; rss: number });
      expect(held).toHaveLength(10);
      const [, second] = held;
      for (const { tensors, native, rss } of held.slice(1)) {
        expect({ tensors, native }).toEqual({ tensors: second!.tensors, native: second!.native });
        expect(rss - second!.rss).toBeLessThan(20);
      }
    },
  );
});
