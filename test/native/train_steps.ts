// A process whose memory is watched: trains a small WGAN-GP on libtensorflow.
//   train_steps.ts STEPS     a line `STEP {"tensors": …, "native": …, "rss": MiB}` every hundred steps
import { backend, memory } from '@tensorflow/tfjs-core';
import { loadBackend } from '../../src/backend/load_backend.js';
import { RandomStream } from '../../src/internal/random.js';
import { wasserstein } from '../../src/losses/wasserstein.js';
import { dcganDiscriminator } from '../../src/models/dcgan_discriminator.js';
import { dcganGenerator } from '../../src/models/dcgan_generator.js';
import { GradientPenalty } from '../../src/penalties/gradient_penalty.js';
import { createGAN } from '../../src/training/systems/gan.js';

const imageShape = [16, 16, 3] as const;
const small = { imageShape, form: 'paper', filters: 8, kernelSize: 4, stddev: 0.1 } as const;
await loadBackend({ prefer: ['tensorflow'] });
const gan = createGAN({
  generator: dcganGenerator({ ...small, latentSize: 5, seed: 1 }),
  discriminator: dcganDiscriminator({ ...small, normalization: 'none', seed: 2 }),
  loss: wasserstein(),
  penalty: new GradientPenalty({ seed: 5 }),
  ema: {},
  seed: 3,
});
const { binding } = backend() as unknown as { binding: { getNumOfTensors(): number } };
for (let step = 1; step <= Number(process.argv[2]); step++) {
  const real = new RandomStream(4).seek(step).uniform([16, ...imageShape], -1, 1);
  await gan.trainStep({ real });
  real.dispose();
  if (step % 100 !== 0) continue;
  (globalThis as { gc?: () => void }).gc?.();
  const held = {
    tensors: memory().numTensors,
    native: binding.getNumOfTensors(),
    rss: Math.round(process.memoryUsage.rss() / 2 ** 20),
  };
  console.log(JSON.stringify(held));
}
