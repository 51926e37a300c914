import { add, clipByValue, dispose, sub, tidy } from '@tensorflow/tfjs-core';
import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { Stateful } from 'gan-kit';
import { sampleLatents } from 'gan-kit/training';
import type { LatentDistribution } from 'gan-kit/training';
import { DIGITS } from '../labelled_digits/recipe.js';
import type { Images } from '../mnist/data.js';
import { batchClasses, classTensor } from '../mnist/digit_classes.js';
import { paddedBatch } from '../mnist/padded.js';

interface Disposable {
  dispose(): void;
}

/** What the study needs of a system, whichever it is. */
interface StudiedSystem extends Stateful {
  readonly networks: Readonly<Record<'generator' | 'discriminator', LayersModel>>;
  readonly optimizers: Readonly<Record<'generator' | 'discriminator', Disposable>>;
  trainStep(batch: { real: Tensor; condition?: Tensor }): Promise<unknown>;
  generate(input: { latents: Tensor; condition?: Tensor }): Tensor;
  dispose(): void;
}

/** What distinguishes the training of systems. */
interface Habits {
  readonly latentSize: number;
  /** Distribution of latent vectors; default `'normal'`. */
  readonly latents?: LatentDistribution;
  /** Number of discriminator steps for each generator step; default 1. */
  readonly criticSteps?: number;
  /** Whether the networks take the digit; default false. */
  readonly labelled?: boolean;
  /** What the system adds to pixels in [−1, 1]; default 0. */
  readonly shift?: number;
  /** Called after each generator step with the share of the training time that has passed; is waited for. */
  afterStep?(share: number): void | Promise<void>;
}

/** The training images, and their order. */
export interface Data {
  readonly images: Images;
  readonly batch: number;
  readonly seed: number;
}

/** A system that takes part in the study. */
export class Contestant {
  /** Number of generator steps made. */
  steps = 0;

  constructor(
    readonly system: StudiedSystem,
    private readonly habits: Habits,
  ) {}

  /** Makes one generator step, and the discriminator steps that belong to it. */
  async step(data: Data, share: number): Promise<void> {
    const { criticSteps = 1, labelled = false, shift = 0 } = this.habits;
    for (let i = 0; i < criticSteps; i++) {
      const index = this.steps * criticSteps + i;
      const { images, batch, seed } = data;
      const real = tidy(() => add(paddedBatch(images, batch, seed, index), shift));
      const condition = labelled ? batchClasses(images, batch, seed, index) : undefined;
      await this.system.trainStep({ real, ...(condition && { condition }) });
      dispose(condition ? [real, condition] : [real]);
    }
    this.steps++;
    await this.habits.afterStep?.(share);
  }

  /** Makes images within [−1, 1] with latent vectors from `seed`; one that takes the digit makes each equally often. */
  sample(count: number, seed: number): Tensor4D {
    const { latentSize: size, latents: distribution = 'normal' } = this.habits;
    const { labelled = false, shift = 0 } = this.habits;
    return tidy(() => {
      const latents = sampleLatents({ count, size, distribution, seed });
      const digits = Array.from({ length: count }, (_, i) => i % DIGITS);
      const condition = labelled ? { condition: classTensor(digits) } : {};
      const made = this.system.generate({ latents, ...condition }) as Tensor4D;
      return clipByValue(sub<Tensor4D>(made, shift), -1, 1);
    });
  }

  dispose(): void {
    const { networks, optimizers } = this.system;
    this.system.dispose();
    for (const part of [...Object.values(networks), ...Object.values(optimizers)]) part.dispose();
  }
}
