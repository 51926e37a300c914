// Compiled, never run: the types a user meets, under each module resolution.
import { tensor1d } from '@tensorflow/tfjs-core';
import type { Scalar, Tensor4D } from '@tensorflow/tfjs-core';
import { GanKitError, loadBackend } from 'gan-kit';
import type { AdversarialLoss, Critic } from 'gan-kit';
import { imageGrid } from 'gan-kit/io';
import { hinge } from 'gan-kit/losses';
import { dcganDiscriminator, dcganGenerator } from 'gan-kit/models';
import { inputGradient } from 'gan-kit/penalties';
import { createGAN, sampleLatents } from 'gan-kit/training';

const { name }: { name: string } = await loadBackend();
const loss: AdversarialLoss = hinge();
const value: Scalar = loss.discriminator({ real: tensor1d([1]), fake: tensor1d([0]) });
const critic: Critic = (x) => x;
export const shown = [name, value, critic, dcganDiscriminator, dcganGenerator, createGAN];
export const isOurs = (error: unknown): boolean =>
  error instanceof GanKitError && error.code === 'shape';

// @ts-expect-error a backend has to be a known word
await loadBackend({ prefer: ['cuda'] });
// @ts-expect-error real and fake are one object, never two positional tensors
loss.discriminator(tensor1d([1]), tensor1d([0]));

const latents = sampleLatents({ count: 4, size: 100 });
const gan = createGAN({ generator: dcganGenerator(), discriminator: dcganDiscriminator(), loss });
gan.optimizers.generator.learningRate = 1e-4;
const { discriminator, generator } = await gan.trainStep({ real: gan.generate({ latents }) });
export const told: [number, number | undefined] = [discriminator, generator];
export const grid = imageGrid(gan.generate({ latents, average: false }));
export const slope: Tensor4D = inputGradient((x: Tensor4D) => x, gan.generate({ latents }));
// @ts-expect-error what is not read is not there
(await gan.trainStep({ real: slope }, { read: false })).discriminator.toFixed(2);
