// Does what gan-kit/node does, with the folders `jpeg` and `png` of its first argument, and prints as
// JSON what no bundler and no runtime may change.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { reshape } from '@tensorflow/tfjs-core';
import { loadBackend } from 'gan-kit';
import { hinge } from 'gan-kit/losses';
import { dcganDiscriminator, dcganGenerator } from 'gan-kit/models';
import { folderImages, loadCheckpoint, saveCheckpoint, savePNG, writeReport } from 'gan-kit/node';
import { createGAN, sampleLatents } from 'gan-kit/training';

const folder = process.argv[2];
const digest = (data) => createHash('sha256').update(data).digest('hex');

/** The pixels of a folder's pictures. */
async function pixels(kind) {
  const images = await folderImages({ folder: join(folder, kind), batchSize: 2, range: [0, 255] });
  const all = [];
  for await (const batch of images) {
    all.push(...(await batch.data()));
    batch.dispose();
  }
  return digest(Uint8Array.from(all, Math.round));
}

const imageShape = [12, 12, 1];
const system = (seed) =>
  createGAN({
    generator: dcganGenerator({ imageShape, latentSize: 8, filters: 8, form: 'paper', seed }),
    discriminator: dcganDiscriminator({
      imageShape,
      filters: 8,
      spectralNorm: true,
      form: 'paper',
      seed,
    }),
    loss: hinge(),
    seed,
  });

// not awaited at the top: a bundle in CommonJS cannot
async function main() {
  const { name, device } = await loadBackend({ prefer: ['wasm'], threads: 2 });

  const data = Uint8Array.from({ length: 768 }, (_, i) => (i * i) % 251);
  await savePNG(join(folder, 'written/1.png'), { width: 16, height: 16, channels: 3, data });
  const written = await pixels('written');

  const real = reshape(sampleLatents({ count: 32, size: 144, seed: 3 }), [32, 12, 12, 1]);
  const gan = system(1);
  const losses = [];
  for (let step = 0; step < 3; step++) losses.push(await gan.trainStep({ real }));

  const checkpoint = join(folder, 'run/checkpoint.safetensors');
  await saveCheckpoint(gan, checkpoint, { extra: { step: 3 } });
  const resumed = system(2);
  const { step } = await loadCheckpoint(resumed, checkpoint);
  const next = await gan.trainStep({ real });
  const again = await resumed.trainStep({ real });

  const report = join(folder, 'run/report.html');
  const critic = { name: 'critic', x: [1, 2, 3], y: losses.map(() => 0.5) };
  await writeReport(report, {
    title: 'A run',
    curves: [{ title: 'Losses', xLabel: 'step', yLabel: 'loss', series: [critic] }],
  });

  const result = {
    backend: name,
    device,
    jpeg: await pixels('jpeg'),
    png: await pixels('png'),
    written: written === digest(data),
    losses: losses.map(({ discriminator, generator }) => [discriminator, generator]),
    resumed: step === 3 && again.discriminator === next.discriminator,
    report: digest(readFileSync(report)),
  };
  console.log(JSON.stringify(result));
}
main();
