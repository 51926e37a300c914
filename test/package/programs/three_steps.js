import { tensor4d } from '@tensorflow/tfjs-core';
import { adam, createGAN, loadBackend, Losses, dcganDiscriminator, dcganGenerator } from 'gan-kit';

const [COUNT, SIZE] = [16, 16];

/** Trains a small DCGAN for three steps on what loadBackend finds. */
export async function threeSteps(options) {
  const start = performance.now();
  const { name, device, skipped } = await loadBackend(options);
  const seconds = (performance.now() - start) / 1000;
  const imageShape = [SIZE, SIZE, 3];
  const optimizer = () => adam({ learningRate: 2e-4, beta1: 0.5 });
  const gan = createGAN({
    generator: dcganGenerator({ latentSize: 8, imageShape, filters: 16, seed: 1 }),
    discriminator: dcganDiscriminator({ imageShape, filters: 16, seed: 2 }),
    loss: Losses.nonSaturating(),
    optimizers: { generator: optimizer(), discriminator: optimizer() },
  });
  const pixels = Float32Array.from(
    { length: COUNT * SIZE * SIZE * 3 },
    (_, i) => (((i * 7919) % 256) - 128) / 128,
  );
  const losses = [];
  for (let step = 0; step < 3; step++) {
    const real = tensor4d(pixels, [COUNT, ...imageShape]);
    losses.push(await gan.trainStep({ real }));
    real.dispose();
  }
  return { name, device, skipped, seconds, losses };
}
