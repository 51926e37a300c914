// WGAN-GP (arXiv 1704.00028, algorithm 1) on a ring of eight Gaussians, from blocks, in a loop of our own.
import { add, dispose, mul, tensor2d, tidy, variableGrads } from '@tensorflow/tfjs-core';
import { layers, sequential } from '@tensorflow/tfjs-layers';
import { GradientPenalty, installKernels, Losses, Models } from 'gan-kit';
import { adam, sampleLatents } from 'gan-kit/training';

const LATENTS = 2;
const BATCH = 128;
const CRITIC_STEPS = 5;

function network(inputs, seed, outputs) {
  const hidden = [0, 1, 2].map((k) =>
    layers.dense({ units: 64, activation: 'relu', ...(k === 0 && { inputShape: [inputs] }) }),
  );
  const model = sequential({ layers: [...hidden, layers.dense({ units: outputs })] });
  Models.initializeWeights(model, { stddev: 0.2, seed });
  return model;
}

/** Points on the ring, of radius √2. */
function ring(count, seed) {
  const noise = sampleLatents({ count, size: 2, seed });
  const modes = Array.from({ length: count }, (_, i) => (2 * Math.PI * (i % 8)) / 8);
  const centres = tensor2d(modes.map((a) => [Math.SQRT2 * Math.cos(a), Math.SQRT2 * Math.sin(a)]));
  return tidy(() => add(centres, mul(noise, 0.014)));
}

/** Trains and returns `sample(count)`; `tell` hears of both losses every 50 generator steps. */
export async function trainRing({ steps, tell }) {
  installKernels();
  const generator = network(LATENTS, 1, 2);
  const critic = network(2, 2, 1);
  const loss = Losses.wasserstein();
  const penalty = new GradientPenalty({ weight: 1 });
  const rates = { learningRate: 3e-3, beta1: 0, beta2: 0.9 };
  const update = { generator: adam(rates), critic: adam(rates) };
  const weights = (model) => model.trainableWeights.map((weight) => weight.read());
  const judge = (x) => critic.apply(x, { training: true });
  const sample = (count, seed = 0) =>
    tidy(() => generator.apply(sampleLatents({ count, size: LATENTS, seed })));

  for (let step = 1, batch = 0; step <= steps; step++) {
    for (let k = 0; k < CRITIC_STEPS; k++) {
      const [real, fake] = [tidy(() => ring(BATCH, ++batch)), sample(BATCH, batch)];
      const { value, grads } = variableGrads(() => {
        const adversarial = loss.discriminator({ real: judge(real), fake: judge(fake) });
        return add(adversarial, mul(penalty.compute(judge, { real, fake }), penalty.weight));
      }, weights(critic));
      update.critic.applyGradients(grads);
      if (step % 50 === 0 && k === 0) tell({ step, critic: (await value.data())[0] });
      dispose([real, fake, value, grads]);
    }
    const ofGenerator = () => loss.generator({ fake: judge(sample(BATCH, ++batch)) });
    const { value, grads } = variableGrads(ofGenerator, weights(generator));
    update.generator.applyGradients(grads);
    dispose([value, grads]);
  }
  return sample;
}
