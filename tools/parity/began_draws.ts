/**
 * Prints the latent vectors that createBEGAN draws with a seed, as JSON, for tools/parity/began.py:
 *
 *     npx tsx tools/parity/began_draws.ts SEED BATCH LATENT_SIZE COUNT
 */
import { RandomStream } from '../../src/internal/random.js';

const [seed, batch, size, count] = process.argv.slice(2).map(Number) as [
  number,
  number,
  number,
  number,
];
const latents = new RandomStream(seed).fork('latents');
const draws = Array.from({ length: count }, () => [...latents.uniformValues(batch * size, -1, 1)]);
console.log(JSON.stringify(draws));
