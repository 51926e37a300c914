/** `gan_kit.ts THREADS`: gan-kit on wasm as a contender. */
import { createGAN, loadBackend, Losses, Models } from 'gan-kit';
import { adam } from 'gan-kit/training';
import type { StepCase } from '../cases.js';
import { convolution } from './convolution.js';
import { ADAM, IMAGE, fillWeights, realImages } from './dcgan_28.js';
import { serve } from './serve.js';
import type { Subject } from './serve.js';

await loadBackend({ prefer: ['wasm'], threads: Number(process.argv[2]) });
await serve((one) => Promise.resolve(one.kind === 'convolution' ? convolution(one) : step(one)));

function step({ batch, latents }: StepCase): Subject {
  const generator = Models.dcganGenerator({ imageShape: IMAGE });
  const discriminator = Models.dcganDiscriminator({ imageShape: IMAGE, dropout: 0 });
  fillWeights(generator, discriminator);
  const gan = createGAN({
    generator,
    discriminator,
    loss: Losses.nonSaturating(),
    optimizers: { generator: adam(ADAM), discriminator: adam(ADAM) },
  });
  const real = realImages(batch);
  return {
    run: async () => void (await gan.trainStep({ real })),
    fingerprint: async () => {
      const losses: number[] = [];
      for (let k = 0; k < latents.length / 2; k++) {
        const { discriminator, generator } = await gan.trainStep({ real });
        losses.push(discriminator!, generator!);
      }
      return losses;
    },
    dispose: () => {
      real.dispose();
      gan.dispose();
      for (const part of [generator, discriminator, ...Object.values(gan.optimizers)])
        part.dispose();
    },
  };
}
