import {
  clone,
  concat,
  dispose,
  gather,
  keep,
  tensor,
  tensor1d,
  tidy,
} from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { checkTensor, fail } from '../../internal/check.js';
import { integer, number, seed as seedOption } from '../../internal/option_kinds.js';
import { freeAll, pastValue, takeAll } from '../../internal/past_value.js';
import { RandomStream } from '../../internal/random.js';
import { readOptions } from '../../internal/read_options.js';
import type { SchemaRead } from '../../internal/read_options.js';
import type { Savepoint } from '../../internal/savepoint.js';
import { arraysOf, arrayFrom, checkState, joinStates, partOf } from '../../internal/state.js';
import { stopGradient } from '../../ops/stop_gradient.js';
import type { SavedState, Stateful } from '../../types.js';
import { conditionsOf } from '../core/conditions.js';
import type { Condition } from '../core/conditions.js';
import { exchange } from './exchange.js';

/** Options of {@link ReplayBuffer}. */
export interface ReplayBufferOptions {
  /** Capacity in samples, 1 or more. */
  size: number;
  /** Probability that an older sample is shown in place of a new one once the buffer is full; default ½. */
  share?: number;
  /** Any integer from 0 on; default 0. */
  seed?: number;
}

/** Schema of the options of a buffer, but for the seed. */
export const REPLAY: SchemaRead<Omit<ReplayBufferOptions, 'seed'>> = {
  size: integer({ min: 1 }),
  share: number({ min: 0, max: 1, default: 0.5 }),
};

/** Samples that a {@link ReplayBuffer} shows; the caller owns them. */
export interface Replayed {
  /** `[batch, …]`, new and older ones. */
  readonly samples: Tensor;
  /** The conditions under which each of them was made, `[batch, …]` each. */
  readonly condition: readonly Tensor[];
}

/**
 * A history of generated samples with their conditions, which shows a discriminator older ones too.
 *
 * The rule is that of `ImagePool`, sample by sample: with u, j ~ U, a full buffer shows xⱼ if u < `share`, and x takes
 * its place; else it shows x and does not store it. All samples have one shape, and are held in one tensor, so that a
 * batch costs a few operations whatever its size.
 *
 * The buffer owns what it holds; it survives `tidy`.
 *
 * @example
 * ```ts
 * import { randomUniform, tensor2d } from '@tensorflow/tfjs-core';
 * import { loadBackend } from 'gan-kit';
 * import { ReplayBuffer } from 'gan-kit/training';
 *
 * await loadBackend();
 * const buffer = new ReplayBuffer({ size: 6, seed: 1 });
 * for (let step = 0; step < 3; step++) {
 *   const labels = tensor2d([[0], [1], [2], [0]]);
 *   const { samples, condition } = buffer.query(randomUniform([4, 5]), labels);
 *   console.log(samples.shape, condition[0]?.shape); // → [ 4, 5 ] [ 4, 1 ]
 * }
 * console.log(buffer.count); // → 6
 * buffer.dispose();
 * ```
 *
 * @see Shrivastava et al. 2016, arXiv 1612.07828, section 2.3
 */
export class ReplayBuffer implements Stateful {
  readonly size: number;
  readonly share: number;
  private readonly stream: RandomStream;
  /** The samples, and each of their conditions, `[count, …]`; empty before the first query. */
  private held: readonly Tensor[] = [];
  private alive = true;

  /**
   * @param options See {@link ReplayBufferOptions}.
   * @throws GanKitError if an option is out of range.
   */
  constructor(options: ReplayBufferOptions) {
    const where = 'ReplayBuffer';
    const { size, share, seed } = readOptions(where, options, {
      ...REPLAY,
      seed: seedOption(),
    });
    this.size = size;
    this.share = share;
    this.stream = new RandomStream(seed, where);
  }

  /** Returns the number of samples held. */
  get count(): number {
    return this.held[0]?.shape[0] ?? 0;
  }

  /**
   * Stores new samples and returns the same number, new or older ones.
   *
   * @param samples `[batch, …]`; they stay alive. All calls pass one shape of sample.
   * @param condition What they were made under, `[batch, …]` each; the same number in all calls.
   * @returns As many samples with their conditions. Constants for every gradient.
   * @throws GanKitError if the samples do not fit those held; nothing is changed then.
   *
   * **Differentiable:** by intent not.
   */
  query(samples: Tensor, condition?: Condition): Replayed {
    const where = 'ReplayBuffer.query';
    this.checkAlive(where);
    const arrivals = [samples, ...conditionsOf(condition)];
    this.checkArrivals(where, arrivals);
    const held = this.count;
    const batch = samples.shape[0];
    const decisions = this.stream.uniformValues(2 * batch);
    let decided = 0;
    const choose = (): number | undefined => {
      const [u, j] = [decisions[decided++]!, decisions[decided++]!];
      return u < this.share ? Math.floor(j * this.size) : undefined;
    };
    const indices = (count: number, first: number) =>
      Array.from({ length: count }, (_, i) => first + i);
    const places = exchange(indices(held, 0), indices(batch, held), this.size, choose);
    const [stored, shown] = tidy<[Tensor[], Tensor[]]>(() => {
      const all = arrivals.map((one, i) =>
        stopGradient(() => (held === 0 ? clone(one) : concat([this.held[i]!, one]))),
      );
      const rows = (which: readonly number[]) => {
        const index = tensor1d([...which], 'int32');
        return all.map((one) => stopGradient(() => gather(one, index)));
      };
      return [rows(places.held), rows(places.shown)];
    });
    dispose([...this.held]);
    this.held = stored.map((one) => keep(one));
    return { samples: shown[0]!, condition: shown.slice(1) };
  }

  /** Refuses samples that those held could not stand in for. */
  private checkArrivals(where: string, arrivals: readonly Tensor[]): void {
    const [samples, ...conditions] = arrivals as [Tensor, ...Tensor[]];
    checkTensor(where, 'samples', samples);
    if (samples.rank === 0 || samples.size === 0)
      fail('shape', where, 'samples', 'at least one sample, [batch, …]', samples);
    conditions.forEach((one, i) => {
      checkTensor(where, `condition[${i}]`, one, { dtype: 'any' });
      if (one.shape[0] !== samples.shape[0])
        fail('shape', where, `condition[${i}]`, `one row for each of ${samples.shape[0]}`, one);
    });
    if (this.held.length === 0) return;
    if (arrivals.length !== this.held.length)
      fail(
        'value',
        where,
        'condition',
        `${this.held.length - 1} of them, as held`,
        conditions.length,
      );
    this.held.forEach((one, i) => {
      const parameter = i === 0 ? 'samples' : `condition[${i - 1}]`;
      const shape = [null, ...one.shape.slice(1)];
      checkTensor(where, parameter, arrivals[i], { shape, dtype: 'any' });
      if (arrivals[i].dtype !== one.dtype)
        fail('type', where, parameter, `${one.dtype}, as those held`, arrivals[i].dtype);
    });
  }

  /** @internal */
  savepoint(): Savepoint {
    const held = this.held.map((one) => pastValue(one));
    const stream = this.stream.savepoint();
    return {
      rollback: () => {
        dispose([...this.held]);
        this.held = takeAll(held);
        stream.rollback();
      },
      release: () => freeAll(held),
    };
  }

  /** @internal */
  heldTensors(): readonly Tensor[] {
    return this.held;
  }

  /** Returns a copy of the samples and conditions, and the place in the stream of decisions. */
  async state(): Promise<SavedState> {
    this.checkAlive('ReplayBuffer.state');
    const dtypes = this.held.map(({ dtype }) => dtype).join(',');
    const named = Object.fromEntries(this.held.map((one, i) => [String(i), one]));
    const [random, arrays] = await Promise.all([this.stream.state(), arraysOf(named)]);
    return { values: { ...joinStates({ random }).values, size: this.size, dtypes }, arrays };
  }

  /**
   * Restores a state; what follows is the same bit for bit.
   *
   * @param state Of a buffer of the same size.
   * @throws GanKitError if the state does not fit; nothing is changed then.
   */
  async restore(state: SavedState): Promise<void> {
    const where = 'ReplayBuffer.restore';
    this.checkAlive(where);
    checkState(where, state);
    if (state.values['size'] !== this.size)
      fail('state', where, "state.values['size']", `${this.size}, as here`, state.values['size']);
    const dtypes = dtypesFrom(where, state.values['dtypes']);
    const arrays = dtypes.map((_, i) => arrayFrom(where, state, String(i)));
    const count = arrays[0]?.shape[0] ?? 0;
    arrays.forEach(({ shape }, i) => {
      if (shape[0] !== count || count > this.size)
        fail('state', where, `state.arrays['${i}']`, `at most ${this.size} rows, all alike`, shape);
    });
    await this.stream.restore(partOf(state, 'random'));
    dispose([...this.held]);
    this.held = arrays.map(({ data, shape }, i) => keep(tensor(data, [...shape], dtypes[i])));
  }

  /** Frees the samples; the buffer cannot be used afterwards. */
  dispose(): void {
    dispose([...this.held]);
    this.held = [];
    this.alive = false;
  }

  private checkAlive(where: string): void {
    if (!this.alive) fail('state', where, 'this', 'alive', 'a disposed buffer');
  }
}

const DTYPES: readonly string[] = ['float32', 'int32', 'bool'];

/** Reads the dtypes of the samples and of each condition, none if the buffer was empty. */
function dtypesFrom(where: string, value: unknown): readonly Tensor['dtype'][] {
  const names = typeof value === 'string' ? value.split(',').filter((name) => name !== '') : [''];
  if (!names.every((name) => DTYPES.includes(name)))
    fail('state', where, "state.values['dtypes']", `a list of ${DTYPES.join(', ')}`, value);
  return names as Tensor['dtype'][];
}
