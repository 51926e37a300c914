/**
 * Prints the random numbers that createGAN and its gradient penalty draw with a seed, as JSON, for
 * tools/parity/gan_steps.py:
 *
 *     npx tsx tools/parity/gan_draws.ts SEED BATCH LATENT_SIZE COUNT
 */
import { RandomStream } from '../../src/internal/random.js';

const [seed, batch, size, count] = process.argv.slice(2).map(Number) as [
  number,
  number,
  number,
  number,
];
const draws = (make: () => Float32Array) => Array.from({ length: count }, () => [...make()]);
const latents = new RandomStream(seed).fork('latents');
const alphas = new RandomStream(seed).fork('gradient penalty');

console.log(
  JSON.stringify({
    latents: draws(() => latents.normalValues(batch * size)),
    alphas: draws(() => alphas.uniformValues(batch)),
  }),
);
