// WGAN-GP (arXiv 1704.00028, algorithm 1) from blocks, in a loop of our own.
import { add, dispose, mul, tidy, variableGrads } from '@tensorflow/tfjs-core';
import { initializers, layers, sequential } from '@tensorflow/tfjs-layers';
import { functionalCall, GradientPenalty, installKernels, Losses } from 'gan-kit';
import { adam, ExponentialMovingAverage, sampleLatents } from 'gan-kit/training';
import { ring } from './ring.js';

const BATCH = 128;
const CRITIC_STEPS = 1; // 5 in the paper

function network(outputs, seed) {
  const dense = [2, 64, 64, 64].map((inputs, k) => {
    const kernelInitializer = initializers.heUniform({ seed: seed + k });
    const [units, activation] = k < 3 ? [64, 'relu'] : [outputs, 'linear'];
    return layers.dense({ inputShape: [inputs], units, activation, kernelInitializer });
  });
  return sequential({ layers: dense });
}

/** Trains and returns `sample(count)`; `tell` hears of the critic's loss every 50 generator steps. */
export async function trainRing({ steps, seed = 0, tell }) {
  installKernels();
  const generator = network(2, 20 * seed + 1);
  const critic = network(1, 20 * seed + 11);
  const loss = Losses.wasserstein();
  const penalty = new GradientPenalty({ weight: 0.1, seed });
  const update = {
    generator: adam({ beta1: 0, beta2: 0.9 }),
    critic: adam({ beta1: 0, beta2: 0.9 }),
  };
  const average = new ExponentialMovingAverage(generator, { decay: 0.99, warmUp: true });
  const weights = (model) => model.trainableWeights.map((weight) => weight.read());
  const judge = (x) => critic.apply(x, { training: true });
  let draws = 1e6 * seed;
  const noise = (count = BATCH) => sampleLatents({ count, size: 2, seed: ++draws });

  for (let step = 1; step <= steps; step++) {
    const decay = Math.min(1, 2 - (2 * step) / steps); // over the second half
    update.generator.learningRate = 8e-3 * decay;
    update.critic.learningRate = 3e-3 * decay;
    for (let k = 0; k < CRITIC_STEPS; k++) {
      const [real, fake] = tidy(() => [ring(noise()), generator.apply(noise())]);
      const { value, grads } = variableGrads(() => {
        const adversarial = loss.discriminator({ real: judge(real), fake: judge(fake) });
        return add(adversarial, mul(penalty.compute(judge, { real, fake }), penalty.weight));
      }, weights(critic));
      update.critic.applyGradients(grads);
      if (step % 50 === 0 && k === 0) tell({ step, critic: (await value.data())[0] });
      dispose([real, fake, value, grads]);
    }
    const ofGenerator = () => loss.generator({ fake: judge(generator.apply(noise())) });
    const { value, grads } = variableGrads(ofGenerator, weights(generator));
    update.generator.applyGradients(grads);
    average.update();
    dispose([value, grads]);
  }
  return (count) => tidy(() => functionalCall(generator, average.namedWeights, noise(count)));
}
