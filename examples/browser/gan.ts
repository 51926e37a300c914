// What is trained: replace `flowers` by a function that makes batches of yours, and the networks.
import { tensor4d } from '@tensorflow/tfjs-core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import { hinge } from 'gan-kit/losses';
import { dcganDiscriminator, dcganGenerator } from 'gan-kit/models';
import { adam, createGAN, sampleLatents } from 'gan-kit/training';

const SIZE = 24;
const BATCH = 32;
export const LATENTS = 32;

/** Draws batch k: flowers of three to six petals in any colour; a function of k alone, so that runs can go on. */
export async function flowers(k: number): Promise<{ real: Tensor4D }> {
  const draws = sampleLatents({ count: BATCH, size: 4, distribution: 'uniform01', seed: k });
  const rows = await draws.array();
  draws.dispose();
  const pixels = new Float32Array(BATCH * SIZE * SIZE * 3);
  rows.forEach(([petals, turn, size, hue], n) => {
    const count = 3 + Math.floor(4 * petals!);
    const red = 2 * Math.PI * hue!;
    const colour = [0, 1, 2].map((c) => 0.3 + 0.7 * Math.cos(red - (2 * Math.PI * c) / 3));
    for (let i = 0; i < SIZE * SIZE; i++) {
      const [x, y] = [(i % SIZE) - (SIZE - 1) / 2, Math.floor(i / SIZE) - (SIZE - 1) / 2];
      const away = Math.hypot(x, y);
      const wave = Math.cos(count * Math.atan2(y, x) + 2 * Math.PI * turn!);
      const petal = cover((8 + 3 * size!) * (0.7 + 0.3 * wave) - away);
      const heart = cover(3 - away);
      for (let c = 0; c < 3; c++) {
        const back = [-0.9, -0.8, -0.7][c]!;
        const flower = back + petal * (colour[c]! - back);
        pixels[(n * SIZE * SIZE + i) * 3 + c] = flower + heart * ([1, 0.9, 0.1][c]! - flower);
      }
    }
  });
  return { real: tensor4d(pixels, [BATCH, SIZE, SIZE, 3]) };
}

/** Returns how much of a pixel is within a shape, by the distance from its edge. */
const cover = (inside: number): number => Math.min(1, Math.max(0, inside + 0.5));

/** Makes the system: two networks, what each minimizes, and how. */
export function createFlowerGAN() {
  const imageShape = [SIZE, SIZE, 3] as const;
  const rate = { learningRate: 1e-3, beta1: 0.5 };
  return createGAN({
    generator: dcganGenerator({ imageShape, latentSize: LATENTS, filters: 16, seed: 1 }),
    discriminator: dcganDiscriminator({ imageShape, filters: 16, spectralNorm: true, seed: 2 }),
    loss: hinge(),
    optimizers: { generator: adam(rate), discriminator: adam(rate) },
    ema: { decay: 0.99, warmUp: true },
  });
}
