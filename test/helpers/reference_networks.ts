import { clone, dispose, grads, mul, sum, tensor, tidy, transpose } from '@tensorflow/tfjs-core';
import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { expect } from 'vitest';
import { fill } from '../../bench/hash.js';
import { LeakyReLU } from '../../src/layers/leaky_relu.js';
import { functionalCall } from '../../src/layers/weights/functional_call.js';
import { namedWeights } from '../../src/layers/weights/named_weights.js';
import { beganAutoencoder } from '../../src/models/began_autoencoder.js';
import { beganGenerator } from '../../src/models/began_generator.js';
import { patchDiscriminator } from '../../src/models/patch_discriminator.js';
import { pixelDiscriminator } from '../../src/models/pixel_discriminator.js';
import { resnetGenerator } from '../../src/models/resnet_generator.js';
import { unetGenerator } from '../../src/models/unet_generator.js';
import { values } from './async_tidy.js';
import { floatsOf } from './base64.js';

const MODELS = {
  ...{ resnetGenerator, unetGenerator, patchDiscriminator, pixelDiscriminator },
  ...{ beganGenerator, beganAutoencoder },
};

/** The record of a tensor that tools/parity/translation_models.py wrote. */
interface TensorRecord {
  readonly size: number;
  readonly max: number;
  readonly products: number[];
  readonly values: string;
}

/** The record of a parameter, under its key in torch. */
export interface ParameterRecord extends TensorRecord {
  readonly key: string;
  readonly shape: number[];
}

/** One forward and backward pass of a network of the reference code. */
export interface ReferencePass {
  readonly name: string;
  readonly model: keyof typeof MODELS;
  readonly options: Record<string, unknown>;
  /** The shape of a sample; of networks of images the one in `options`. */
  readonly inputShape?: number[];
  readonly seed: number;
  readonly batch: number;
  readonly output: TensorRecord & { readonly shape: number[] };
  readonly input: TensorRecord;
  readonly parameters: ParameterRecord[];
  readonly statistics: ParameterRecord[];
  /** The distances of PyTorch's own float32 pass from this record; for networks of full width. */
  readonly float32?: Omit<Distances, 'statistics'>;
}

/** Joins the parts of passes that were too large for one file. */
export function joinParts(files: readonly ReferencePass[]): ReferencePass[] {
  const whole = files.filter((file) => 'model' in file);
  return whole.map((pass) => ({
    ...pass,
    parameters: files.filter(({ name }) => name === pass.name).flatMap((file) => file.parameters),
  }));
}

const product = (shape: readonly number[]) => shape.reduce((size, axis) => size * axis, 1);

/** Makes the initial values of a parameter, as the script does, in torch's layout. */
function initial({ key, shape }: ParameterRecord, seed: number): Float32Array {
  const unit = fill(product(shape), seed, 1);
  if (shape.length >= 2) {
    const scale = 2 / product(shape.slice(1)) ** 0.5;
    return unit.map((u) => u * scale);
  }
  return unit.map(key.endsWith('weight') ? (u) => 1 + 0.4 * u : (u) => 0.2 * u);
}

/**
 * Transposes the filter of a convolution from (out, in, kH, kW) to [kH, kW, in, out], or that of a transposed
 * convolution from (in, out, kH, kW) to [kH, kW, out, in]; the permutation is the same. Transposes the matrix of a
 * dense layer, (out, in), to [in, out]. `unlay` reverses it.
 */
const relay = (x: Tensor): Tensor =>
  x.rank === 4 ? transpose(x, [2, 3, 1, 0]) : x.rank === 2 ? transpose(x) : x;
const unlay = (x: Tensor): Tensor =>
  x.rank === 4 ? transpose(x, [3, 2, 0, 1]) : x.rank === 2 ? transpose(x) : clone(x);

/** Returns the largest difference from the values of a record, divided by the greatest value of its tensor or `max`. */
function distance(
  received: Float32Array,
  record: TensorRecord,
  seed: number,
  max = record.max,
): number {
  const { size, products } = record;
  expect(received.length).toBe(size);
  const expected = floatsOf(record.values);
  const most = expected.length;
  const places = most < size ? fill(most, seed, 1) : undefined;
  let worst = 0;
  for (let i = 0; i < most; i++) {
    const at =
      places === undefined ? i : Math.min(Math.floor(((places[i]! + 1) / 2) * size), size - 1);
    worst = Math.max(worst, Math.abs(received[at]! - expected[i]!));
  }
  products.forEach((dot, k) => {
    const vector = fill(size, seed + 1 + k, 1);
    let total = 0;
    for (let i = 0; i < size; i++) total += received[i]! * vector[i]!;
    worst = Math.max(worst, Math.abs(total / Math.sqrt(size) - dot));
  });
  expect(worst).not.toBeNaN();
  return worst / max;
}

/**
 * Replaces each ReLU and LeakyReLU by the linear branch that the reference took at each element. The layers
 * are called in the same order as in the reference.
 *
 * @returns A function that checks that a pass has used every bit, and starts again from the first.
 */
function takeBranches(model: LayersModel, bits: Uint8Array): () => void {
  let used = 0;
  for (const layer of model.layers) {
    const slope =
      layer instanceof LeakyReLU ? layer.negativeSlope : layer.getClassName() === 'ReLU' ? 0 : NaN;
    if (Number.isNaN(slope)) continue;
    layer.call = (inputs) =>
      tidy(() => {
        const x = Array.isArray(inputs) ? inputs[0]! : inputs;
        const slopes = new Float32Array(x.size);
        for (let i = 0; i < x.size; i++, used++)
          slopes[i] = (bits[used >> 3]! >> (7 - (used & 7))) & 1 ? 1 : slope;
        return mul(x, tensor(slopes, x.shape));
      });
  }
  return () => {
    expect(Math.ceil(used / 8)).toBe(bits.length);
    used = 0;
  };
}

/** Makes the weights that a script began with: parameter i is from the stream `seed` + i. */
const hashedWeights = (parameters: readonly ParameterRecord[], seed: number): Tensor[] =>
  parameters.map((parameter, i) =>
    tidy(() => relay(tensor(initial(parameter, seed + i), parameter.shape))),
  );

/** Gives a model the weights that a script began with. */
export function setHashedWeights(
  model: LayersModel,
  parameters: readonly ParameterRecord[],
  seed: number,
): void {
  const values = hashedWeights(parameters, seed);
  model.setWeights(values);
  dispose(values);
}

/** Returns the largest distance of a weight of a model from its record. */
export async function distanceOfWeights(
  model: LayersModel,
  parameters: readonly ParameterRecord[],
  seed: number,
): Promise<number> {
  let worst = 0;
  for (const [i, { variable }] of namedWeights(model).entries()) {
    const weight = unlay(variable.read());
    worst = Math.max(worst, distance(await values(weight), parameters[i]!, seed + i));
    weight.dispose();
  }
  return worst;
}

/** Differences from the reference, divided by the greatest value of each tensor. */
export interface Distances {
  readonly output: number;
  readonly input: number;
  /** The largest difference of the gradients of all parameters. */
  readonly parameters: number;
  /** The largest difference of the running statistics; 0 if there are none. */
  readonly statistics: number;
}

/**
 * Builds the network of a pass, sets the weights of the pass, and compares the results.
 *
 * @param branches The sign of the input of each ReLU and LeakyReLU of the reference, one bit for each element;
 *   the layers then use the branch of that sign.
 */
export async function compareWithReference(
  pass: ReferencePass,
  branches?: Uint8Array,
): Promise<Distances> {
  const { seed, batch } = pass;
  const make = MODELS[pass.model] as unknown as (options: unknown) => LayersModel;
  const model = make(pass.options);
  const checkBranches = branches === undefined ? undefined : takeBranches(model, branches);
  const weights = namedWeights(model);
  const isTrained = new Set(model.trainableWeights);
  // torch lists parameters and buffers separately, both in the order of the layers
  const trained = weights.filter(({ variable }) => isTrained.has(variable));
  const buffers = weights.filter(({ variable }) => !isTrained.has(variable));
  expect(trained.length).toBe(pass.parameters.length);
  expect(buffers.length).toBe(pass.statistics.length);

  const inputs: Tensor[] = [];
  const shape = [batch, ...(pass.inputShape ?? (pass.options['inputShape'] as number[]))];
  inputs.push(tensor(fill(product(shape), seed + 1000, 1), shape));
  inputs.push(...hashedWeights(pass.parameters, seed));
  trained.forEach(({ path, variable }, i) => {
    expect(variable.shape, `${path} = ${pass.parameters[i]!.key}`).toEqual(inputs[i + 1]!.shape);
    variable.write(inputs[i + 1]!);
  });

  const y = tidy(() => model.apply(inputs[0]!, { training: true }) as Tensor);
  checkBranches?.();
  expect(y.shape).toEqual(pass.output.shape);
  const output = distance(await values(y), pass.output, seed + 2000);
  let statistics = 0;
  for (const [i, { variable }] of buffers.entries()) {
    const received = await values(variable.read());
    const at = seed + 9000 + 10 * i;
    statistics = Math.max(statistics, distance(received, pass.statistics[i]!, at));
  }

  const gradients = tidy(() => {
    const coefficients = tensor(fill(y.size, seed + 1001, 1), y.shape);
    const loss = (x?: Tensor, ...given: Tensor[]) => {
      const named = Object.fromEntries(trained.map(({ path }, i) => [path, given[i]!]));
      return sum<Scalar>(mul(functionalCall(model, named, x!, { training: true }), coefficients));
    };
    return grads(loss)(inputs);
  });
  checkBranches?.();
  const input = distance(await values(gradients[0]!), pass.input, seed + 3000);
  const greatest = Math.max(...pass.parameters.map(({ max }) => max));
  let parameters = 0;
  for (const [i, record] of pass.parameters.entries()) {
    const gradient = unlay(gradients[i + 1]!);
    // an instance normalization removes the bias of the layer before: its gradient is 0 except for rounding
    const max = record.max < 1e-12 * greatest ? greatest : record.max;
    const off = distance(await values(gradient), record, seed + 4000 + 10 * i, max);
    parameters = Math.max(parameters, off);
    gradient.dispose();
  }
  dispose([...inputs, ...gradients, y]);
  model.dispose();
  return { output, input, parameters, statistics };
}
