import { dispose, grads, memory, mul, sum, tensor, tidy } from '@tensorflow/tfjs-core';
import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { fill } from '../../bench/hash.js';
import { withFrozenPowerIteration } from '../../src/layers/modes/power_iteration_mode.js';
import { functionalCall } from '../../src/layers/weights/functional_call.js';
import { namedWeights } from '../../src/layers/weights/named_weights.js';
import { residualDiscriminator } from '../../src/models/residual_discriminator.js';
import { residualGenerator } from '../../src/models/residual_generator.js';
import { BACKENDS, ON_GPU, useBackend } from '../helpers/backends.js';
import { floatsOf } from '../helpers/base64.js';
import { hashedWeight, product } from '../helpers/hashed_weight.js';

const MODELS = { residualGenerator, residualDiscriminator };

interface TensorRecord {
  readonly shape: number[];
  readonly max: number;
  readonly values: string;
}
type WeightRecord = TensorRecord & { readonly path: string };

/** One pass of a network, as tools/parity/residual_models.py writes it. */
interface Pass {
  readonly model: keyof typeof MODELS;
  readonly options: object;
  readonly seed: number;
  /** The classes of the samples, for a network that takes them. */
  readonly labels?: number[];
  readonly input: TensorRecord;
  readonly output: TensorRecord;
  readonly weights: WeightRecord[];
  readonly vectors: WeightRecord[];
  readonly statistics: WeightRecord[];
}

const files = import.meta.glob('./fixtures/residual_*.json', { eager: true, import: 'default' });
const passes = Object.entries(files).map(([path, file]) => ({
  name: /residual_(\w+)/.exec(path)![1]!,
  pass: file as Pass,
}));
/** The software GPUs run two. */
const ON_GPUS = /mimicry_sngan_32/;

/** The greatest value, and how far float32 may be from it: a 64×64 map has many kinks. */
const RTOL = 3e-5;
/** The same on tensorflow, whose convolutions by Winograd's algorithm round more: 3.07e-4 on an AVX2 processor. */
const RTOL_NATIVE = 5e-4;

/** The largest difference over the greatest value. */
async function distance(received: Tensor, record: TensorRecord): Promise<number> {
  expect(received.shape).toEqual(record.shape);
  const [ours, theirs] = [await received.data<'float32'>(), floatsOf(record.values)];
  const apart = ours.map((value, i) => Math.abs(value - theirs[i]!));
  expect(apart.some(Number.isNaN)).toBe(false);
  return Math.max(...apart) / record.max;
}

async function compare({ model: name, options, ...pass }: Pass): Promise<Record<string, number>> {
  const model = (MODELS[name] as (options: object) => LayersModel)(options);
  const { seed, weights } = pass;
  const variables = new Map(namedWeights(model).map(({ path, variable }) => [path, variable]));
  expect([...weights, ...pass.vectors, ...pass.statistics].map(({ path }) => path).sort()).toEqual(
    [...variables.keys()].sort(),
  );
  for (const record of pass.vectors)
    tidy(
      () => void variables.get(record.path)!.write(tensor(floatsOf(record.values), record.shape)),
    );
  const values = weights.map(({ path, shape }, i) => hashedWeight(path, shape, seed + i));
  for (const [i, { path }] of weights.entries()) variables.get(path)!.write(values[i]!);
  const x = tensor(fill(product(pass.input.shape), seed + 1000, 1), pass.input.shape);
  const labels = pass.labels && tensor(pass.labels, [pass.labels.length, 1]);
  const inputs = (x: Tensor) => (labels === undefined ? x : [x, labels]);
  const training = name === 'residualGenerator';
  const gradients = tidy(() =>
    grads((x, ...values) => {
      const named = Object.fromEntries(weights.map(({ path }, i) => [path, values[i]!]));
      const y = functionalCall(model, named, inputs(x), { training });
      return sum<Scalar>(mul(y, tensor(fill(y.size, seed + 1001, 1), y.shape)));
    })([x, ...values]),
  );
  const y = withFrozenPowerIteration(() => model.apply(inputs(x), { training }) as Tensor);

  const distances = {
    output: await distance(y, pass.output),
    input: await distance(gradients[0]!, pass.input),
  };
  const all: Record<string, number> = distances;
  for (const record of pass.statistics)
    all[record.path] = await distance(variables.get(record.path)!.read(), record);
  const greatest = Math.max(...weights.map(({ max }) => max));
  for (const [i, record] of weights.entries()) {
    // batch normalization takes the bias before it away again: its gradient is 0 but for rounding
    const max = record.max < 1e-12 * greatest ? greatest : record.max;
    all[record.path] = await distance(gradients[i + 1]!, { ...record, max });
  }
  dispose([x, y, ...values, ...gradients, ...(labels === undefined ? [] : [labels])]);
  model.dispose();
  return all;
}

describe.each(BACKENDS)('mimicry, SN-GAN and WGAN-GP on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  it.each(passes.filter(({ name }) => !ON_GPU || ON_GPUS.test(name)))(
    '$name: output and all gradients',
    async ({ pass }) => {
      const { numTensors } = memory();
      const distances = await compare(pass);
      const rtol = backend === 'tensorflow' ? RTOL_NATIVE : RTOL;
      for (const [of, apart] of Object.entries(distances)) expect(apart, of).toBeLessThan(rtol);
      expect(memory().numTensors).toBe(numTensors);
    },
  );
});
