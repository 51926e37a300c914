import { engine, memory, train } from '@tensorflow/tfjs-core';
import type { Optimizer, Tensor } from '@tensorflow/tfjs-core';
import { layers, sequential } from '@tensorflow/tfjs-layers';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { GanKitError } from '../../src/errors.js';
import { RandomStream } from '../../src/internal/random.js';
import { conv2d } from '../../src/layers/conv2d.js';
import { leakyReLU } from '../../src/layers/leaky_relu.js';
import { recompute } from '../../src/layers/recompute.js';
import { hinge } from '../../src/losses/hinge.js';
import { wasserstein } from '../../src/losses/wasserstein.js';
import { dcganDiscriminator } from '../../src/models/dcgan_discriminator.js';
import { dcganGenerator } from '../../src/models/dcgan_generator.js';
import { loadCheckpoint, saveCheckpoint } from '../../src/node/files/checkpoint_file.js';
import { GradientPenalty } from '../../src/penalties/gradient_penalty.js';
import type { Adam } from '../../src/training/optimizers/adam.js';
import { createGAN } from '../../src/training/systems/gan.js';
import type { GAN } from '../../src/training/systems/gan_members.js';
import type { GANOptions } from '../../src/training/systems/gan_options.js';
import { limitHeap } from '../helpers/limited_heap.js';
import type { LimitedHeap } from '../helpers/limited_heap.js';

const imageShape = [16, 16, 1] as const;
const small = { imageShape, form: 'paper', filters: 3, kernelSize: 4, stddev: 0.1 } as const;

const generator = () => dcganGenerator({ ...small, latentSize: 5, seed: 1 });
const spectral = () => dcganDiscriminator({ ...small, spectralNorm: true, dropout: 0.3, seed: 2 });

/** Systems that between them hold all that a step moves. */
const SYSTEMS: Readonly<Record<string, () => GAN>> = {
  'spectral normalization, dropout, average, noise and flips': () =>
    build({ discriminator: spectral() }),
  'WGAN-GP, critic steps, clipping': () =>
    build({
      discriminator: dcganDiscriminator({ ...small, normalization: 'none', seed: 2 }),
      loss: wasserstein(),
      penalty: new GradientPenalty({ seed: 5 }),
      criticSteps: 2,
      clipWeights: 0.2,
    }),
  "tfjs's batch normalization, recompute": () => {
    const { layers: all } = spectral();
    return build({
      discriminator: sequential({
        layers: [
          recompute([...all.slice(0, 3), layers.batchNormalization({ name: 'norm' })]),
          recompute(all.slice(3)),
        ],
      }),
    });
  },
};

type Options<G extends Optimizer, D extends Optimizer> = GANOptions<Tensor, G, D>;

function build<G extends Optimizer = Adam, D extends Optimizer = Adam>(
  options: Pick<Options<G, D>, 'discriminator'> & Partial<Options<G, D>>,
): GAN<Tensor, G, D> {
  return createGAN<Tensor, G, D>({
    generator: generator(),
    loss: hinge(),
    ema: { decay: 0.9 },
    labelFlip: { probability: 0.2 },
    instanceNoise: { stddev: 0.1 },
    seed: 3,
    ...options,
  });
}

const batch = (size: number, k = 0) =>
  new RandomStream(50).seek(k).uniform([size, ...imageShape], -1, 1);

describe('a step for which the memory is too small', () => {
  let heap: LimitedHeap;
  const folder = mkdtempSync(join(tmpdir(), 'gan-kit-memory-'));
  beforeAll(async () => {
    heap = await limitHeap();
  });
  beforeEach(() => {
    heap.limit = heap.grants = Infinity;
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  /** What must not grow. */
  const counts = () => ({
    tensors: memory().numTensors,
    data: engine().backend.numDataIds(),
    held: heap.held,
  });

  describe.each(Object.keys(SYSTEMS))('%s', (name) => {
    it('leaves the system as it was, wherever it fails, and training goes on', async () => {
      const [gan, undisturbed] = [SYSTEMS[name]!(), SYSTEMS[name]!()];
      const real = batch(4);
      for (const one of [gan, undisturbed]) await one.trainStep({ real });
      const before = await gan.state();
      const start = counts();
      let failures = 0;
      // every allocation of a step would take minutes
      for (let grants = 0; ; grants += 1 + Math.floor(failures * 1.7)) {
        heap.grants = grants;
        const error: unknown = await gan.trainStep({ real }).then(
          () => undefined,
          (error: unknown) => error,
        );
        const done = heap.grants > 0 && heap.grants < Infinity;
        heap.grants = Infinity;
        if (done) break;
        expect(error, `${grants} allocations`).toBeInstanceOf(GanKitError);
        expect(counts(), `${grants} allocations`).toEqual(start);
        expect(await gan.state()).toEqual(before);
        expect(gan.steps.discriminator).toBe(1);
        failures++;
      }
      expect(failures).toBeGreaterThan(20);
      // the step that had memory is the second one of a run without failures
      await undisturbed.trainStep({ real });
      const next = batch(2, 1);
      expect(await gan.trainStep({ real: next })).toEqual(
        await undisturbed.trainStep({ real: next }),
      );
      expect(await gan.state()).toEqual(await undisturbed.state());
    });
  });

  it('names the batch, keeps the checkpoint, and takes a smaller batch', async () => {
    const gan = build({ discriminator: spectral() });
    const few = batch(2);
    await gan.trainStep({ real: few });
    const path = join(folder, 'gan.safetensors');
    await saveCheckpoint(gan, path);
    const file = readFileSync(path);
    const start = counts();

    const many = batch(1024);
    heap.limit = heap.held + 2 ** 24 + 2 ** 22; // the reserve and a little more
    const error: unknown = await gan.trainStep({ real: many }).catch((error: unknown) => error);
    expect(error).toBeInstanceOf(GanKitError);
    const { code, message, cause } = error as GanKitError;
    expect(code).toBe('backend');
    expect(message).toMatch(
      /^GAN\.trainStep: `batch\.real` must be small enough .* Received: shape \[1024,16,16,1\] \[batch, height, width, channels\]\.\n.* smaller batch .* recompute .*as it was before this step\.\nwasm: .* a request for /,
    );
    expect(cause).toBeInstanceOf(GanKitError);
    many.dispose();
    expect(counts()).toEqual(start);
    const losses = await gan.trainStep({ real: few }); // under the same limit
    expect(Object.keys(losses)).toEqual(['discriminator', 'generator']);

    expect(readFileSync(path).equals(file)).toBe(true);
    heap.limit = Infinity;
    const resumed = build({ discriminator: spectral() });
    await loadCheckpoint(resumed, path);
    expect(await resumed.trainStep({ real: few })).toEqual(losses);
  });

  it('is possible with recompute where it is not without', async () => {
    const system = (pieces: number) => {
      const all = Array.from({ length: 48 }, (_, i) => [
        conv2d({
          name: `conv${i}`,
          filters: 8,
          kernelSize: 3,
          padding: 'same',
          ...(i === 0 ? { inputShape: [...imageShape] } : {}),
        }),
        leakyReLU({ name: `act${i}` }),
      ]).flat();
      const size = all.length / pieces;
      const cut = Array.from({ length: pieces }, (_, i) =>
        recompute(all.slice(i * size, (i + 1) * size)),
      );
      return build({ discriminator: sequential({ layers: pieces === 1 ? all : cut }) });
    };
    const real = batch(16);
    const lean = system(8);
    await lean.trainStep({ real }); // makes the moments
    heap.grants = 0;
    await expect(lean.trainStep({ real })).rejects.toThrow(); // from now on a reserve is kept
    heap.peak = heap.held;
    await lean.trainStep({ real });
    const needed = heap.peak - heap.held;
    const whole = system(1);
    await whole.trainStep({ real });
    heap.limit = heap.held + 1.2 * needed;
    await expect(whole.trainStep({ real })).rejects.toThrow(/recompute/);
    await lean.trainStep({ real });
  });

  it('lets other errors through, and undoes the step after them too', async () => {
    const failing = {
      ...hinge(),
      generator: () => {
        throw new Error('a loss of mine');
      },
    };
    const gan = build({ discriminator: spectral(), loss: failing });
    const real = batch(2);
    const before = await gan.state();
    await expect(gan.trainStep({ real })).rejects.toThrow(/^a loss of mine$/);
    const start = counts();
    await expect(gan.trainStep({ real })).rejects.toThrow('a loss of mine');
    expect(counts()).toEqual(start);
    expect(await gan.state()).toEqual(before);
  });

  it("puts weights back under tfjs's own optimizers as well", async () => {
    const optimizers = { generator: train.adam(1e-3), discriminator: train.sgd(1e-3) };
    const gan = build({ discriminator: spectral(), optimizers });
    const real = batch(2);
    await gan.trainStep({ real });
    const before = await gan.state();
    heap.limit = heap.held;
    await expect(gan.trainStep({ real })).rejects.toThrow(GanKitError);
    heap.limit = Infinity;
    expect(await gan.state()).toEqual(before);
  });
});
