import { clone, dispose, reshape, stack, sum, tidy } from '@tensorflow/tfjs-core';
import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { freedIfThrown } from '../../internal/freed_if_thrown.js';
import { sumsOfAll } from '../../kernels/sums_of_all.js';
import { namedWeights } from '../../layers/weights/named_weights.js';

/** The numbers read after a step: its losses, and the weights that are not finite. */
export interface StepReading {
  /** The losses by name, in the order in which they were computed. */
  readonly losses: Readonly<Record<string, number>>;
  /** Paths of weights that hold a NaN or an infinity, from input to output: `generator/conv1/kernel`. */
  readonly brokenWeights: readonly string[];
}

/**
 * Starts to read the losses and the sum of each weight, which is not finite if a value is not; in one
 * read-back, because each one waits for a GPU. An overflowing sum of finite weights is examined.
 *
 * @param losses On the device; they stay the caller's.
 * @returns A function that waits for the numbers, and frees their tensors.
 */
export function startReading(
  losses: ReadonlyMap<string, Scalar>,
  networks: Readonly<Record<string, LayersModel>>,
): () => Promise<StepReading> {
  const { weights, all } = freedIfThrown(() => {
    const weights = weightsOf(networks);
    const tensors = [...losses.values(), ...weights.map(({ weight }) => weight)];
    const stacked = () => stack(tensors.map((one) => reshape(one.rank === 0 ? one : sum(one), [])));
    return { weights, all: tidy(() => sumsOfAll(tensors) ?? stacked()) };
  });
  const names = [...losses.keys()];
  return async () => {
    try {
      const values = await all.data();
      const sums = values.subarray(names.length);
      const suspects = weights.filter((_, i) => !Number.isFinite(sums[i]));
      const broken = await Promise.all(suspects.map(({ weight }) => holdsNonFinite(weight)));
      return {
        losses: Object.fromEntries(names.map((name, i) => [name, values[i]!])),
        brokenWeights: suspects.filter((_, i) => broken[i]).map(({ path }) => path),
      };
    } finally {
      dispose([all, ...weights.map(({ weight }) => weight)]);
    }
  };
}

/** Holds the current weights: a later step or a rollback may replace them during the wait for a device. */
function weightsOf(networks: Readonly<Record<string, LayersModel>>) {
  return Object.entries(networks).flatMap(([network, model]) =>
    namedWeights(model)
      .map(({ path, variable }) => ({ path: `${network}/${path}`, variable: variable.read() }))
      .filter(({ variable }) => variable.dtype === 'float32')
      .map(({ path, variable }) => ({ path, weight: clone(variable) })),
  );
}

async function holdsNonFinite(weight: Tensor): Promise<boolean> {
  return !(await weight.data()).every(Number.isFinite);
}
