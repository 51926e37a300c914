import { dispose } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { layers, sequential } from '@tensorflow/tfjs-layers';
import type { Sequential } from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { checkFirstOrder } from '../../src/gradcheck/check_derivatives.js';
import { Probe, toHost } from '../../src/gradcheck/probe.js';
import { RandomStream } from '../../src/internal/random.js';
import { leakyReLU } from '../../src/layers/leaky_relu.js';
import { spectralNormalization } from '../../src/layers/spectral/spectral_normalization.js';
import { functionalCall } from '../../src/layers/weights/functional_call.js';
import { namedWeights } from '../../src/layers/weights/named_weights.js';
import { initializeWeights } from '../../src/models/initialize_weights.js';
import { GradientPenalty } from '../../src/penalties/gradient_penalty.js';
import type { GradientPenaltyOptions } from '../../src/penalties/gradient_penalty.js';
import { FASTEST, ON_GPU, useBackend } from '../helpers/backends.js';

type Layer = layers.Layer;

/** What was drawn, in words for the name of a test. */
interface Drawn {
  readonly words: string[];
  readonly model: Sequential;
  readonly penalty: GradientPenaltyOptions;
}

const ACTIVATIONS: Record<string, () => Layer> = {
  leakyReLU: () => leakyReLU(),
  'leakyReLU of tfjs': () => layers.leakyReLU(),
  relu: () => layers.reLU(),
  tanh: () => layers.activation({ activation: 'tanh' }),
  sigmoid: () => layers.activation({ activation: 'sigmoid' }),
  softplus: () => layers.activation({ activation: 'softplus' }),
  swish: () => layers.activation({ activation: 'swish' }),
  elu: () => layers.elu(),
  selu: () => layers.activation({ activation: 'selu' }),
};
const RESIZINGS: Record<string, () => Layer> = {
  averagePooling2d: () => layers.averagePooling2d({ poolSize: 2, strides: 1, padding: 'same' }),
  maxPooling2d: () => layers.maxPooling2d({ poolSize: 2, strides: 2 }),
  upSampling2d: () => layers.upSampling2d({}),
};
const PENALTIES: Record<string, GradientPenaltyOptions> = {
  'WGAN-GP': {},
  'one-sided': { sided: 'one', target: 0.1 },
  DRAGAN: { at: 'perturbed' },
  R1: { at: 'real', target: 0 },
  R2: { at: 'fake', target: 0 },
};

/** A critic of one to three blocks, and a penalty. */
function draw(index: number): Drawn {
  const stream = new RandomStream(77).fork(`critic ${index}`);
  const below = (bound: number) => stream.integerValues(1, bound)[0]!;
  const words: string[] = [];
  const pick = <T>(from: Record<string, T>): T => {
    const keys = Object.keys(from);
    const key = keys[below(keys.length)]!;
    words.push(key);
    return from[key]!;
  };
  const isImage = below(3) > 0;
  const model = sequential();
  model.add(layers.inputLayer({ inputShape: isImage ? [4, 5, 2] : [5] }));
  words.push(isImage ? 'image' : 'vector');
  const depth = 1 + below(3);
  for (let block = 0; block < depth; block++) {
    const units = 2 + below(3);
    const size = 2 + below(2);
    const strides = 1 + below(2);
    const linear = isImage
      ? pick<() => Layer>({
          conv2d: () =>
            layers.conv2d({ filters: units, kernelSize: size, strides, padding: 'same' }),
          depthwiseConv2d: () => layers.depthwiseConv2d({ kernelSize: size, padding: 'same' }),
          separableConv2d: () =>
            layers.separableConv2d({ filters: units, kernelSize: size, padding: 'same' }),
        })
      : () => layers.dense({ units: units + 2 });
    const norm = pick<(layer: Layer) => Layer[]>({
      'no norm': (layer) => [layer],
      'spectral norm': (layer) => [spectralNormalization({ layer })],
      'layer norm': (layer) => [layer, layers.layerNormalization({})],
    });
    for (const layer of norm(linear())) model.add(layer);
    model.add(pick(ACTIVATIONS)());
    if (isImage && block === 0 && below(2) === 0) model.add(pick(RESIZINGS)());
  }
  if (isImage && below(3) === 0) {
    words.push('patches');
    model.add(layers.conv2d({ filters: 1, kernelSize: 1 }));
  } else {
    if (isImage) model.add(layers.flatten());
    model.add(layers.dense({ units: 1 }));
  }
  initializeWeights(model, { stddev: 0.5, seed: index });
  return { words, model, penalty: pick(PENALTIES) };
}

const COUNT = 20;
/** The software GPUs take a sample. */
const INDICES = Array.from({ length: COUNT }, (_, i) => i).filter((i) => !ON_GPU || i % 5 === 0);

// the ops are right on each backend (gradcheck/repaired_ops); this is about how they are put together
describe.each([FASTEST])('the weight gradient of a penalty on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  it.each(INDICES)('is that of differences, for random critic %i', async (index) => {
    const { words, model, penalty: options } = draw(index);
    const stream = new RandomStream(5).fork(`batch ${index}`);
    const shape = [2, ...model.inputs[0]!.shape.slice(1)] as number[];
    const batch = {
      real: stream.normal(shape),
      fake: stream.normal(shape),
      alpha: stream.uniform([2]),
      ...(options.at === 'perturbed' ? { noise: stream.uniform(shape) } : {}),
    };
    const penalty = new GradientPenalty(options);
    const named = namedWeights(model).filter(({ variable }) =>
      model.trainableWeights.includes(variable),
    );
    const weights = await Promise.all(named.map(({ variable }) => toHost(variable.read())));
    const value = (given: Record<string, Tensor>) =>
      penalty.compute((x) => functionalCall(model, given, x, { training: true }), batch);
    const check = (of: readonly number[]) => {
      const f = (...values: Tensor[]) =>
        value(Object.fromEntries(of.map((i, k) => [named[i]!.path, values[k]!])));
      const probe = new Probe(
        f,
        of.map((i) => weights[i]!),
        stream,
      );
      return checkFirstOrder(probe, { tolerance: 0.01, directions: 4, steps: 11, attempts: 1 });
    };
    const all = weights.map((_, i) => i);
    const verdicts = [await check(all)];
    // one tensor after another meets fewer kinks
    if (verdicts[0]!.status === 'undecided') for (const i of all) verdicts.push(await check([i]));
    const found = `${words.join(', ')}: ${JSON.stringify(verdicts)}`;
    const count = (status: string) => verdicts.filter((one) => one.status === status).length;
    expect(count('wrong') + count('throws'), found).toBe(0);
    expect(count('right'), found).toBeGreaterThanOrEqual(count('undecided'));
    dispose(Object.values(batch));
    model.dispose();
  });
});
