import { clone, dispose, reshape, stack, sum, tidy } from '@tensorflow/tfjs-core';
import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { freedIfThrown } from '../../internal/freed_if_thrown.js';
import { namedWeights } from '../../layers/weights/named_weights.js';

/** What a step leaves to be read: its losses, and where it made numbers that are not finite. */
export interface StepReading {
  /** The losses by name, in the order in which they were computed. */
  readonly losses: Readonly<Record<string, number>>;
  /** Paths of weights that hold a NaN or an infinity, from input to output: `generator/conv1/kernel`. */
  readonly brokenWeights: readonly string[];
}

/**
 * Begins to read the losses and, of each weight, the sum, which a NaN or an infinity makes one; in one
 * read-back, as a GPU lets wait for each. A sum of finite weights that overflows is looked into.
 *
 * @param losses On the device; they stay the caller's.
 * @returns Waits for the numbers, and frees what holds them.
 */
export function startReading(
  losses: ReadonlyMap<string, Scalar>,
  networks: Readonly<Record<string, LayersModel>>,
): () => Promise<StepReading> {
  const { weights, all } = freedIfThrown(() => {
    const weights = weightsOf(networks);
    const numbers = () => [...losses.values(), ...weights.map(({ weight }) => sum(weight))];
    return { weights, all: tidy(() => stack(numbers().map(toScalar))) };
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

/** Holds weights as they are: a later step, or going back, replaces them while a device is waited for. */
function weightsOf(networks: Readonly<Record<string, LayersModel>>) {
  return Object.entries(networks).flatMap(([network, model]) =>
    namedWeights(model)
      .map(({ path, variable }) => ({ path: `${network}/${path}`, variable: variable.read() }))
      .filter(({ variable }) => variable.dtype === 'float32')
      .map(({ path, variable }) => ({ path, weight: clone(variable) })),
  );
}

const toScalar = (value: Tensor): Tensor => reshape(value, []);

async function holdsNonFinite(weight: Tensor): Promise<boolean> {
  return !(await weight.data()).every(Number.isFinite);
}
