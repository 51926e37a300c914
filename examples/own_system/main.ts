// Trains your own system on the ring: main.ts [STEPS] [CHECKPOINT]. Continues from the checkpoint if there is one.
import { existsSync } from 'node:fs';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import { initializers, layers, sequential } from '@tensorflow/tfjs-layers';
import { loadBackend } from 'gan-kit';
import { loadCheckpoint, saveCheckpoint } from 'gan-kit/node';
import { sampleLatents } from 'gan-kit/training';
import { createFeatureMatchingGAN } from './feature_matching.js';
import { quality, ring } from './ring.js';

/** Builds dense layers of these sizes, with ReLU between them, and after the last if `isInner`. */
function dense(name: string, sizes: readonly number[], seed: number, isInner = false) {
  const all = sizes.slice(1).map((units, i) =>
    layers.dense({
      name: `${name}${i}`,
      units,
      inputShape: [sizes[i]!],
      activation: isInner || i < sizes.length - 2 ? 'relu' : 'linear',
      kernelInitializer: initializers.heUniform({ seed: seed + i }),
    }),
  );
  return sequential({ layers: all });
}

const [steps = '600', checkpoint] = process.argv.slice(2);
await loadBackend();
const networks = {
  generator: dense('generator', [2, 64, 64, 2], 1),
  features: dense('features', [2, 64, 64], 11, true),
  judge: dense('judge', [64, 1], 21),
};
const system = createFeatureMatchingGAN(networks, 2);
for (const optimizer of Object.values(system.optimizers)) optimizer.learningRate = 2e-3;
if (checkpoint !== undefined && existsSync(checkpoint)) await loadCheckpoint(system, checkpoint);

while (system.stepCount < Number(steps)) {
  const real = ring(128, system.stepCount);
  const { discriminator, matching } = await system.trainStep({ real });
  real.dispose();
  const { stepCount } = system;
  if (stepCount % 50 !== 0 && stepCount !== Number(steps)) continue;
  if (checkpoint !== undefined) await saveCheckpoint(system, checkpoint);
  console.log(
    `step ${stepCount}: discriminator ${discriminator.toFixed(3)}, matching ${matching.toFixed(4)}`,
  );
}

const latents = sampleLatents({ count: 1000, size: 2, seed: 1 });
const points = await (networks.generator.predict(latents) as Tensor2D).array();
const { modes, distance } = quality(points);
console.log(`${modes} of 8 modes, mean distance from the nearest ${distance.toFixed(3)}`);
