import { seed as seedOption } from '../internal/option_kinds.js';
import { RandomStream } from '../internal/random.js';
import { readOptions } from '../internal/read_options.js';
import type { Stateful } from '../types.js';
import type { RandomSource } from './core/condition_distribution.js';

/** Options of {@link randomSource}. */
export interface RandomSourceOptions {
  /** Any integer from 0 on; default 0. */
  seed?: number;
}

/**
 * Makes a source of random numbers with a state, for the `components` of a custom system: a checkpoint holds its
 * place, and undoing a step undoes its draws. Equal seeds draw the same numbers on every backend.
 *
 * @param options See {@link RandomSourceOptions}.
 * @returns The source; it holds no tensors, and the caller owns what it draws.
 * @throws GanKitError if the seed is out of range.
 *
 * **Differentiable:** no.
 *
 * @example
 * ```ts
 * import { loadBackend } from 'gan-kit';
 * import { randomSource } from 'gan-kit/training';
 *
 * await loadBackend();
 * const random = randomSource({ seed: 1 });
 * const state = await random.state();
 * const first = await random.normal([2, 3]).data();
 * await random.restore(state);
 * const again = await random.normal([2, 3]).data();
 * console.log(first.every((value, i) => value === again[i])); // → true
 * ```
 *
 * @see {@link createSystem}
 */
export function randomSource(options: RandomSourceOptions = {}): RandomSource & Stateful {
  const where = 'randomSource';
  const { seed } = readOptions(where, options, { seed: seedOption() });
  return new RandomStream(seed, where);
}
