import { dispose, square } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel, layers } from '@tensorflow/tfjs-layers';
import { enableSecondOrderGradients } from '../gradients/enable_second_order_gradients.js';
import { checkTensor, fail } from '../internal/check.js';
import * as option from '../internal/option_kinds.js';
import { RandomStream } from '../internal/random.js';
import { readOptions } from '../internal/read_options.js';
import { checkInputs } from '../layers/check_inputs.js';
import { withoutEffects } from '../layers/modes/without_effects.js';
import { seedMasks } from '../layers/seeded_masks.js';
import type { LayerVariable } from '../layers/weights/named_weights.js';
import { withReplacedWeights } from '../layers/weights/replaced_weights.js';
import { checkFirstOrder, checkSecondOrder } from './check_derivatives.js';
import { findBehindOthers } from './find_behind_others.js';
import { ofFloats } from './float_inputs.js';
import type { Outputs } from './float_inputs.js';
import { GradientCheck, isFine } from './gradient_check.js';
import type { GradientCheckRow } from './gradient_check.js';
import { outputOfLayer, recordLayerCalls } from './layer_calls.js';
import type { LayerCall } from './layer_calls.js';
import { Probe, toHost } from './probe.js';
import type { HostTensor, TensorFunction } from './probe.js';

/** Options of {@link checkGradients}. */
export interface CheckGradientsOptions {
  /** Largest max|analytic − numeric| / max|numeric| that passes; default 0.01, which kinks need. */
  tolerance?: number;
  /** Whether a model runs in training mode; default true, as in a penalty. */
  training?: boolean;
  /** Seed of all random weights and directions, any integer from 0 on; default 0. */
  seed?: number;
}

const WHERE = 'checkGradients';
const EFFORT = { directions: 4, steps: 10, attempts: 8 };

/**
 * Checks whether the first and second derivatives of a critic are right, and finds the wrong layer if not.
 *
 * With random weights r and s(x, w) = Σ r · D(x; w), it compares ⟨∇s, d⟩ with the central difference of s
 * along random directions d (first order), and ∇⟨d, ∇s⟩ with that of ∇s (second order: what the gradient of
 * a penalty is made of), in the inputs and all trainable weights together, for the whole critic and for
 * each layer at its inputs; for each layer together with all before it, if the whole is wrong but no layer
 * by itself. Steps are halved until the difference converges; an element that does not converge, because of
 * a kink (LeakyReLU, pooling), does not count. The sample is moved by 1 % of its size, away from kinks that
 * plain images lie on.
 *
 * Masks, running statistics and singular vectors do not change meanwhile, and all weights are restored. It
 * calls {@link enableSecondOrderGradients}. A critic takes a few dozen gradients per layer: a batch of 2 is
 * enough.
 *
 * @param critic A model, or a function of tensors; either may have several inputs and several outputs.
 * @param sample Its input, float32; an array for several inputs, of which int32 ones, such as labels, are
 *   constants.
 * @param options See {@link CheckGradientsOptions}.
 * @returns `ok`, the verdicts, and a table as text by `toString()`.
 * @throws GanKitError if the sample does not fit the critic, or the critic's outputs differ for one input,
 *   as with unseeded noise.
 *
 * @example
 * ```ts
 * import { randomNormal } from '@tensorflow/tfjs-core';
 * import { layers, sequential } from '@tensorflow/tfjs-layers';
 * import { checkGradients, loadBackend } from 'gan-kit';
 *
 * await loadBackend();
 * const critic = sequential({
 *   layers: [layers.dense({ units: 8, inputShape: [3], activation: 'tanh' }), layers.dense({ units: 1 })],
 * });
 * const check = await checkGradients(critic, randomNormal([2, 3]));
 * console.log(check.ok); // → true
 * ```
 */
export async function checkGradients<X extends Tensor>(
  critic: LayersModel | ((x: X) => Tensor | readonly Tensor[]),
  sample: X,
  options?: CheckGradientsOptions,
): Promise<GradientCheck>;
export async function checkGradients<X extends Tensor[]>(
  critic: LayersModel | ((...inputs: X) => Tensor | readonly Tensor[]),
  sample: readonly [...X],
  options?: CheckGradientsOptions,
): Promise<GradientCheck>;
export async function checkGradients(
  critic: LayersModel | ((...inputs: never[]) => Outputs),
  sample: Tensor | readonly Tensor[],
  options: CheckGradientsOptions = {},
): Promise<GradientCheck> {
  const { tolerance, training, seed } = readOptions(WHERE, options, {
    tolerance: option.number({ above: 0, below: 1, default: 0.01 }),
    training: option.boolean({ default: true }),
    seed: option.seed(),
  });
  const stream = new RandomStream(seed, WHERE);
  const samples = Array.isArray(sample) ? (sample as readonly Tensor[]) : [sample as Tensor];
  checkSamples(critic, samples);
  enableSecondOrderGradients();

  const check = async (name: string, kind: string, f: TensorFunction, inputs: HostTensor[]) => {
    const probe = new Probe(f, inputs, stream.fork(name));
    await requireRepeatable(name, f, inputs);
    const effort = { ...EFFORT, tolerance };
    const first = await checkFirstOrder(probe, effort);
    return { name, kind, first, second: await checkSecondOrder(probe, effort) };
  };

  const whole = ofFloats(samples, (xs) =>
    isModel(critic)
      ? (critic.apply(xs.length === 1 ? xs[0]! : xs, { training }) as Outputs)
      : critic(...(xs as never[])),
  );
  const moved = await Promise.all(whole.inputs.map(async (x) => jittered(await toHost(x), stream)));
  if (!isModel(critic)) {
    const f: TensorFunction = (...xs) => whole.f(xs);
    return new GradientCheck(await check('critic', 'function', f, moved), []);
  }

  const takeSeedsAway = seedMasks([critic], () => 1);
  const calls = recordLayerCalls(critic, () =>
    withoutEffects([critic], () => whole.f(whole.inputs)),
  );
  try {
    const { f, inputs } = await withWeights(critic, moved, whole.f);
    const row = await check('critic', 'model', f, inputs);
    const rows: GradientCheckRow[] = [];
    for (const call of calls) {
      const { f, inputs } = await layerFunction(call);
      rows.push(await check(call.path, call.layer.getClassName(), f, inputs));
    }
    if (!isFine(row) && rows.every(isFine))
      await findBehindOthers(calls, rows, async ({ path, layer }) => {
        const { f, inputs } = await withWeights(critic, moved, (xs) =>
          square(outputOfLayer(layer, () => whole.f(xs))),
        );
        return check(path, layer.getClassName(), f, inputs);
      });
    return new GradientCheck(row, rows);
  } finally {
    dispose(calls.map(({ inputs }) => inputs));
    takeSeedsAway();
  }
}

function checkSamples(critic: unknown, samples: readonly Tensor[]): void {
  if (!isModel(critic) && typeof critic !== 'function')
    fail('type', WHERE, 'critic', 'a LayersModel or a function of tensors', critic);
  if (isModel(critic)) checkInputs(WHERE, 'sample', critic, samples);
  samples.forEach((x, i) => {
    checkTensor(WHERE, `sample[${i}]`, x, { minRank: 1, dtype: 'any' });
    if (x.dtype !== 'float32' && x.dtype !== 'int32')
      fail('shape', WHERE, `sample[${i}]`, 'of dtype float32, or int32 for a constant', x);
  });
  if (!isModel(critic) && samples.every(({ dtype }) => dtype === 'int32'))
    fail('shape', WHERE, 'sample', 'at least one tensor of dtype float32', samples);
}

const isModel = (critic: unknown): critic is LayersModel =>
  Array.isArray((critic as Partial<LayersModel> | undefined)?.layers);

const trainable = (layer: LayersModel | layers.Layer): LayerVariable[] => [
  ...new Set(layer.trainableWeights),
];

/** Makes a function of inputs and of the weights of a model or layer, whose calls have no effects. */
async function withWeights(
  layer: LayersModel | layers.Layer,
  inputs: HostTensor[],
  apply: (xs: readonly Tensor[]) => Tensor,
): Promise<{ f: TensorFunction; inputs: HostTensor[] }> {
  const variables = trainable(layer);
  const weights = await Promise.all(variables.map((variable) => toHost(variable.read())));
  const f: TensorFunction = (...xs) => {
    const values = xs.slice(inputs.length);
    const replacements = variables.map((variable, i) => [variable, values[i]!] as const);
    const call = () => apply(xs.slice(0, inputs.length));
    return withReplacedWeights(replacements, () => withoutEffects([layer], call));
  };
  return { f, inputs: [...inputs, ...weights] };
}

/** Makes a layer a function of its float inputs and weights. */
async function layerFunction({ layer, inputs, kwargs }: LayerCall) {
  const call = ofFloats(inputs, (xs) => layer.call(xs.length === 1 ? xs[0]! : xs, kwargs));
  const hosts = await Promise.all(call.inputs.map(toHost));
  // squared, so that a linear layer has a second pass too
  return withWeights(layer, hosts, (xs) => square(call.f(xs)));
}

/** Moves values by 1 % of their size. */
function jittered({ shape, values }: HostTensor, stream: RandomStream): HostTensor {
  const size = Math.sqrt(values.reduce((total, x) => total + x * x, 0) / values.length) || 1;
  const noise = stream.normalValues(values.length, 0, 0.01 * size);
  return { shape, values: values.map((x, i) => x + noise[i]!) };
}

async function requireRepeatable(
  name: string,
  f: TensorFunction,
  inputs: HostTensor[],
): Promise<void> {
  const probe = new Probe(f, inputs, new RandomStream(0));
  let once: Float64Array;
  let again: Float64Array;
  try {
    once = await probe.outputs();
    again = await probe.outputs();
  } catch {
    return; // the check itself reports it
  }
  if (once.some((y, i) => !Object.is(y, again[i])))
    fail(
      'value',
      WHERE,
      'critic',
      'repeatable: one output for one input',
      `${name}, whose outputs differ`,
      'Give random layers a seed, or use dropout of gan-kit.',
    );
}
