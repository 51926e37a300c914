// A GAN whose generator matches mean features of the discriminator (arXiv 1606.03498, section 3.1), as your own system.
import { mean, squaredDifference, sum, tidy } from '@tensorflow/tfjs-core';
import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { nonSaturating } from 'gan-kit/losses';
import { adam, createSystem, randomSource } from 'gan-kit/training';
import type { Step } from 'gan-kit/training';

/** The networks by name: the discriminator is D(x) = judge(f(x)), where f are its layers up to the features. */
type Networks = Readonly<Record<'generator' | 'features' | 'judge', LayersModel>>;

export function createFeatureMatchingGAN(networks: Networks, latentSize: number, seed = 0) {
  const random = randomSource({ seed });
  const optimizers = { generator: adam(), discriminator: adam() };
  const loss = nonSaturating();
  return createSystem({
    name: 'FeatureMatchingGAN',
    networks,
    optimizers,
    components: { random },
    owns: Object.values(optimizers),
    step({ real }: { real: Tensor }, step: Step<Losses>, { generator: G, features: f, judge }) {
      const z = () => random.normal([real.shape[0], latentSize]);
      const fake = tidy(() => G.still(z()));
      step.minimize([f, judge], optimizers.discriminator, () => {
        const logits = { real: judge(f(real)), fake: judge(f(fake)) };
        return step.note('discriminator', loss.discriminator(logits));
      });
      // ‖E f(x) − E f(G(z))‖²
      const meanOf = (x: Tensor) => mean(f.still(x), 0);
      step.minimize([G], optimizers.generator, () =>
        step.note('matching', sum<Scalar>(squaredDifference(meanOf(real), meanOf(G(z()))))),
      );
    },
  });
}

type Losses = Readonly<{ discriminator: number; matching: number }>;
