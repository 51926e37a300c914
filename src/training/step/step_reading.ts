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

/** Numbers on their way from the device. */
export interface PendingReading {
  /** The numbers on the device. */
  readonly numbers: Tensor;
  /** Waits for the numbers, and frees their tensors. */
  wait(): Promise<StepReading>;
  /** Says what the numbers of a later step mean. */
  readonly understand: (numbers: Float32Array) => Promise<StepReading>;
}

/**
 * Starts to read the losses and the sum of each weight, which is not finite if a value is not; in one
 * read-back, because each one waits for a GPU. An overflowing sum of finite weights is examined.
 *
 * @param losses On the device; they stay the caller's.
 */
export function startReading(
  losses: ReadonlyMap<string, Scalar>,
  networks: Readonly<Record<string, LayersModel>>,
): PendingReading {
  const named = float32Weights(networks);
  // holds the current weights: a later step or a rollback may replace them during the wait for a device
  const { weights, numbers } = freedIfThrown(() => {
    const weights = named.map(({ variable }) => clone(variable));
    const all = [...losses.values(), ...weights];
    const stacked = () => stack(all.map((one) => reshape(one.rank === 0 ? one : sum(one), [])));
    return { weights, numbers: tidy(() => sumsOfAll(all) ?? stacked()) };
  });
  const names = [...losses.keys()];
  const meaning = async (values: Float32Array, of: readonly Tensor[]): Promise<StepReading> => {
    const sums = values.subarray(names.length);
    const suspects = named.map((_, i) => i).filter((i) => !Number.isFinite(sums[i]));
    const broken = await Promise.all(suspects.map((i) => holdsNonFinite(of[i]!)));
    return {
      losses: Object.fromEntries(names.map((name, i) => [name, values[i]!])),
      brokenWeights: suspects.filter((_, i) => broken[i]).map((i) => named[i]!.path),
    };
  };
  return {
    numbers,
    async wait() {
      try {
        return await meaning(await numbers.data<'float32'>(), weights);
      } finally {
        dispose([numbers, ...weights]);
      }
    },
    understand: (values) =>
      meaning(
        values,
        named.map(({ variable }) => variable),
      ),
  };
}

/** Lists the weights that may hold a NaN, by path. */
function float32Weights(networks: Readonly<Record<string, LayersModel>>) {
  return Object.entries(networks).flatMap(([network, model]) =>
    namedWeights(model)
      .map(({ path, variable }) => ({ path: `${network}/${path}`, variable: variable.read() }))
      .filter(({ variable }) => variable.dtype === 'float32'),
  );
}

async function holdsNonFinite(weight: Tensor): Promise<boolean> {
  return !(await weight.data()).every(Number.isFinite);
}
