// A GAN on pictures of the moon, in a loop of your own: node main.js [STEPS] [FOLDER]
// Stop it in any way and start it again: it goes on, to the bits of a run that never stopped.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { dispose, tensor4d, tidy, variableGrads } from '@tensorflow/tfjs-core';
import { loadBackend } from 'gan-kit';
import { imageGrid } from 'gan-kit/io';
import { functionalCall } from 'gan-kit/layers';
import { hinge } from 'gan-kit/losses';
import { dcganDiscriminator, dcganGenerator } from 'gan-kit/models';
import { interruptSignal, loadCheckpoint, saveCheckpoint, savePNG } from 'gan-kit/node';
import { adam, checkpointOf, ExponentialMovingAverage, sampleLatents } from 'gan-kit/training';

const [SIZE, BATCH, LATENTS, EVERY] = [16, 32, 16, 50];
const steps = Number(process.argv[2] ?? 2000);
const folder = process.argv[3] ?? 'runs/moons';
const checkpoint = join(folder, 'checkpoint.safetensors');

/** The data, in place of yours: batch k of moons, each with a place, a phase and a tilt. */
async function moons(k) {
  const uniform = sampleLatents({ count: BATCH, size: 4, distribution: 'uniform', seed: k });
  const draws = await uniform.array();
  uniform.dispose();
  const pixels = draws.flatMap(([x, y, phase, tilt]) =>
    Array.from({ length: SIZE * SIZE }, (_, i) => {
      const [u, v] = [(i % SIZE) - 7.5 - 1.5 * x, Math.floor(i / SIZE) - 7.5 - 1.5 * y];
      const [cos, sin] = [Math.cos(tilt), Math.sin(tilt)];
      const [across, along] = [cos * u + sin * v, cos * v - sin * u];
      const disc = Math.sqrt(Math.max(0, 36 - along * along)); // half its width here, of radius 6
      const lit = Math.min(disc - Math.abs(across), across - phase * disc);
      return 2 * Math.min(1, Math.max(0, lit + 0.5)) - 1; // in [−1, 1], with a soft edge
    }),
  );
  return tensor4d(pixels, [BATCH, SIZE, SIZE, 1]);
}

const { name, device } = await loadBackend();
console.log(`training on ${name} (${device})`);

const imageShape = [SIZE, SIZE, 1];
const generator = dcganGenerator({ imageShape, latentSize: LATENTS, filters: 16, seed: 1 });
const critic = dcganDiscriminator({ imageShape, filters: 16, spectralNorm: true, seed: 2 });
const [ofGenerator, ofCritic] = [1, 2].map(() => adam({ learningRate: 1e-3, beta1: 0.5 }));
const average = new ExponentialMovingAverage(generator, { decay: 0.99, warmUp: true });
const loss = hinge();

// All that a step depends on, besides its number, from which everything random is drawn.
const trainer = checkpointOf({ generator, critic, ofGenerator, ofCritic, average });
let step = 0;
if (existsSync(checkpoint)) {
  ({ step } = await loadCheckpoint(trainer, checkpoint));
  console.log(`going on after step ${step}`);
}

const noise = (seed, count = BATCH) => sampleLatents({ count, size: LATENTS, seed });
const make = (z) => generator.apply(z, { training: true });
const judge = (x) => critic.apply(x, { training: true });

/** Moves the weights of a network down the slope of a loss; returns the loss. */
function update(network, optimizer, lossOf) {
  const weights = network.trainableWeights.map((weight) => weight.read());
  const { value, grads } = variableGrads(lossOf, weights);
  optimizer.applyGradients(grads);
  dispose(grads);
  return value;
}

async function save() {
  await saveCheckpoint(trainer, checkpoint, { extra: { step } }); // the whole of it, or none
  const samples = tidy(() => functionalCall(generator, average.namedWeights, noise(0, 32)));
  await savePNG(join(folder, 'samples.png'), await imageGrid(samples, { columns: 8, scale: 4 }));
  samples.dispose();
}

const interrupted = interruptSignal(); // Ctrl-C
while (step < steps && !interrupted.aborted) {
  step++;
  const real = await moons(2 * step);
  const fake = tidy(() => make(noise(2 * step)));
  const losses = [
    update(critic, ofCritic, () => loss.discriminator({ real: judge(real), fake: judge(fake) })),
    update(generator, ofGenerator, () =>
      loss.generator({ fake: judge(make(noise(2 * step + 1))) }),
    ),
  ];
  average.update();
  if (step % EVERY === 0) {
    await save();
    const [d, g] = await Promise.all(losses.map(async (x) => (await x.data())[0].toFixed(3)));
    console.log(`step ${step} of ${steps}: critic ${d}, generator ${g}`);
  }
  dispose([real, fake, ...losses]);
}
await save();
console.log(`${join(folder, 'samples.png')} shows what it makes after step ${step}`);
