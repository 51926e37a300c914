import type { Convolution, StepCase } from './case_types.js';

/*
 * The layers with weights of the two networks, each as a convolution whose forward pass has the same number of
 * multiplications: a transposed convolution is the input gradient of a convolution, and a dense layer is a
 * convolution of one row of pixels.
 */

/** The length of a latent vector. */
export const LATENTS = 100;

const KERNEL = 5;

const dense = (batch: number, inputs: number, outputs: number): Convolution => ({
  x: [1, 1, batch, inputs],
  filter: [1, 1, inputs, outputs],
  stride: 1,
});

/** Halves a size while it is even and above 7, as gan-kit's DCGAN does. */
function halvings(size: number): { base: number; count: number } {
  let count = 0;
  for (; size > 7 && size % 2 === 0; count++) size /= 2;
  return { base: size, count };
}

/**
 * Returns the discriminator's layers: convolutions of stride 2, with channels doubling from 64, and a dense unit; or
 * those of a residual critic.
 */
export function discriminatorLayers({ image, batch, residual }: StepCase): Convolution[] {
  const [size, , colours] = image;
  if (residual !== undefined) return criticLayers(size, colours, batch, residual);
  const { base, count } = halvings(size);
  const layers = Array.from({ length: count }, (_, i): Convolution => {
    const side = size / 2 ** i;
    const channels = i === 0 ? colours : 32 * 2 ** i;
    return {
      x: [batch, side, side, channels],
      filter: [KERNEL, KERNEL, channels, 64 * 2 ** i],
      stride: 2,
    };
  });
  return [...layers, dense(batch, base * base * 32 * 2 ** count, 1)];
}

/** Makes a convolution of a residual network, which keeps the size. */
const kept = (
  batch: number,
  side: number,
  kernel: number,
  inputs: number,
  outputs: number,
): Convolution => ({
  x: [batch, side, side, inputs],
  filter: [kernel, kernel, inputs, outputs],
  stride: 1,
});

/** Returns the layers of WGAN-GP's critic for 32×32: two blocks that halve the size, two that keep it, a dense unit. */
function criticLayers(
  size: number,
  colours: number,
  batch: number,
  filters: number,
): Convolution[] {
  const blocks = [1, 2, 4, 4].flatMap((divisor, i) => {
    const side = size / divisor;
    const inputs = i === 0 ? colours : filters;
    return [
      kept(batch, side, 3, inputs, filters),
      kept(batch, side, 3, filters, filters),
      ...(i < 2 ? [kept(batch, side / 2, 1, inputs, filters)] : []),
    ];
  });
  return [...blocks, dense(batch, filters, 1)];
}

/** Returns the layers of WGAN-GP's residual generator: a dense layer, three blocks that double the size, the output. */
function residualGeneratorLayers(
  size: number,
  colours: number,
  batch: number,
  filters: number,
): Convolution[] {
  const base = size / 8;
  const blocks = [2, 4, 8].flatMap((times) => [
    kept(batch, base * times, 3, filters, filters),
    kept(batch, (base * times) / 2, 1, filters, filters),
    kept(batch, base * times, 3, filters, filters),
  ]);
  return [
    dense(batch, LATENTS, base * base * filters),
    ...blocks,
    kept(batch, size, 3, filters, colours),
  ];
}

/**
 * Returns the generator's layers: a dense layer, and transposed convolutions of stride 2 that halve the
 * channels. They halve them down to 64 for 28×28, with another one of stride 1 before them, and down to 128
 * for other sizes. Those of a residual generator for a residual critic.
 */
export function generatorLayers({ image, batch, residual }: StepCase): Convolution[] {
  const [size, , colours] = image;
  if (residual !== undefined) return residualGeneratorLayers(size, colours, batch, residual);
  const { base, count } = halvings(size);
  const tutorial = size === 28;
  const widest = (tutorial ? 64 : 128) * 2 ** (count - 1);
  const up = Array.from({ length: count }, (_, i): Convolution => {
    const side = base * 2 ** (i + 1);
    const channels = i === count - 1 ? colours : widest / 2 ** (i + 1);
    return {
      x: [batch, side, side, channels],
      filter: [KERNEL, KERNEL, channels, widest / 2 ** i],
      stride: 2,
    };
  });
  const first: Convolution = {
    x: [batch, base, base, widest],
    filter: [KERNEL, KERNEL, widest, 2 * widest],
    stride: 1,
  };
  const projected = tutorial ? 2 * widest : widest;
  return [dense(batch, LATENTS, base * base * projected), ...(tutorial ? [first] : []), ...up];
}
