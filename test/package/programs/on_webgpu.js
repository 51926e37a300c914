// Trains on the backend that its first argument names, and prints as JSON what no runtime may change.
import { backend, reshape, square, tensor } from '@tensorflow/tfjs-core';
import { loadBackend } from 'gan-kit';
import { hinge } from 'gan-kit/losses';
import { dcganDiscriminator, dcganGenerator } from 'gan-kit/models';
import { createGAN, sampleLatents } from 'gan-kit/training';

const own = globalThis.navigator?.gpu;
const { name, device } = await loadBackend({ prefer: [process.argv[2]], softwareWebGPU: true });

const small = { imageShape: [8, 8, 1], filters: 4, form: 'paper', seed: 1 };
const gan = createGAN({
  generator: dcganGenerator({ ...small, latentSize: 8 }),
  discriminator: dcganDiscriminator({ ...small, spectralNorm: true }),
  loss: hinge(),
  seed: 1,
});
const real = reshape(sampleLatents({ count: 16, size: 64, seed: 3 }), [16, 8, 8, 1]);
const losses = [];
for (let step = 0; step < 2; step++) {
  const { discriminator, generator } = await gan.trainStep({ real });
  losses.push(discriminator, generator);
}

/** What the read after a command that WebGPU refuses says. */
async function refused() {
  const gpu = backend().device;
  gpu.createBuffer({ size: 2 ** 50, usage: 0x80 }); // larger than any limit
  await gpu.queue.onSubmittedWorkDone();
  const reason = await square(tensor([2]))
    .data()
    .then(() => 'nothing')
    .catch(({ code }) => code);
  return [reason, ...(await square(tensor([3])).data())];
}

console.log(
  JSON.stringify({
    ...{ name, device, losses },
    ownGPU: own !== undefined && own === globalThis.navigator.gpu,
    refused: name === 'webgpu' ? await refused() : [],
  }),
);
