// Compiled, never run: the types a user meets, under each module resolution.
import { tensor1d } from '@tensorflow/tfjs-core';
import type { Scalar } from '@tensorflow/tfjs-core';
import { GanKitError, loadBackend } from 'gan-kit';
import type { AdversarialLoss, Critic } from 'gan-kit';
import { hinge } from 'gan-kit/losses';
import { dcganDiscriminator, dcganGenerator } from 'gan-kit/models';
import { createGAN } from 'gan-kit/training';

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
