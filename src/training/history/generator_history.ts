import { clone, concat, dispose, keep, slice, tensor } from '@tensorflow/tfjs-core';
import type { NamedTensorMap, Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { fail } from '../../internal/check.js';
import { integer, number } from '../../internal/option_kinds.js';
import { freeAll, pastValue } from '../../internal/past_value.js';
import type { RandomStream } from '../../internal/random.js';
import type { SchemaRead } from '../../internal/read_options.js';
import type { Savepoint } from '../../internal/savepoint.js';
import {
  arrayFrom,
  arraysOf,
  checkState,
  countFrom,
  joinStates,
  partOf,
} from '../../internal/state.js';
import { namedWeights } from '../../layers/weights/named_weights.js';
import type { SavedState, Stateful } from '../../types.js';
import type { Player } from '../core/player.js';

/** The numbers of a history of generators. */
export interface GeneratorHistoryOptions {
  /** K, the number of past generators that are kept, 1 or more; default 5. */
  size?: number;
  /** S, the generator's steps between two of them, 1 or more; default 100. */
  every?: number;
  /** ρ, the share of a batch of generated samples that a past generator makes, from 0 to 1; default ½. */
  share?: number;
}

/** Schema of these options. */
export const GENERATOR_HISTORY: SchemaRead<GeneratorHistoryOptions> = {
  size: integer({ min: 1, default: 5 }),
  every: integer({ min: 1, default: 100 }),
  share: number({ min: 0, max: 1, default: 0.5 }),
};

/**
 * The weights of a generator at K earlier moments, S of its steps apart, the oldest given up first.
 *
 * A discriminator that plays against all of them does not forget what an earlier one did (fictitious play).
 */
export class GeneratorHistory implements Stateful {
  private snapshots: readonly NamedTensorMap[] = [];
  private updates = 0;
  private readonly stream: RandomStream;

  constructor(
    private readonly model: LayersModel,
    private readonly options: Required<GeneratorHistoryOptions>,
    stream: RandomStream,
  ) {
    this.stream = stream;
  }

  /** Returns the number of generators kept. */
  get count(): number {
    return this.snapshots.length;
  }

  /**
   * Generates samples, the first ⌊ρ · batch⌋ rows by one of the past generators, drawn anew at each call, and the others by
   * the present one.
   *
   * @param z Latent vectors, `[batch, latentSize]`.
   */
  generate(G: Player, z: Tensor, condition: readonly Tensor[]): Tensor {
    const past = Math.floor(this.options.share * z.shape[0]);
    if (this.count === 0 || past === 0) return G(z, ...condition);
    const [chosen] = this.stream.integerValues(1, this.count);
    const old = G.at(this.snapshots[chosen!]!);
    const inputs = [z, ...condition];
    const rows = (from: number, count: number) =>
      inputs.map((one) => slice(one, from, count)) as [Tensor, ...Tensor[]];
    const present = z.shape[0] - past;
    return present === 0
      ? old(...rows(0, past))
      : concat([old(...rows(0, past)), G(...rows(past, present))]);
  }

  /** Counts a step of the generator, and keeps its weights if S have passed. */
  update(): void {
    const { size, every } = this.options;
    if (++this.updates % every !== 0) return;
    const now = Object.fromEntries(
      namedWeights(this.model).map(({ path, variable }) => [path, keep(clone(variable.read()))]),
    );
    const kept = [...this.snapshots, now];
    if (kept.length > size) dispose(kept.shift()!);
    this.snapshots = kept;
  }

  /** @internal */
  savepoint(): Savepoint {
    const { updates } = this;
    const copies = this.snapshots.map((one) =>
      Object.entries(one).map(([path, value]) => [path, pastValue(value)] as const),
    );
    const stream = this.stream.savepoint();
    return {
      rollback: () => {
        this.dispose();
        this.snapshots = copies.map((one) =>
          Object.fromEntries(one.map(([path, past]) => [path, past.take()])),
        );
        this.updates = updates;
        stream.rollback();
      },
      release: () => copies.forEach((one) => freeAll(one.map(([, past]) => past))),
    };
  }

  /** Returns a copy of all weights, `k/path` from the oldest on, the count of steps and the place in the stream. */
  async state(): Promise<SavedState> {
    const { updates, count } = this;
    const named = this.snapshots.flatMap((one, k) =>
      Object.entries(one).map(([path, value]) => [`${k}/${path}`, value] as const),
    );
    const [random, arrays] = await Promise.all([
      this.stream.state(),
      arraysOf(Object.fromEntries(named)),
    ]);
    return { values: { ...joinStates({ random }).values, updates, count }, arrays };
  }

  /** Restores a state; nothing is changed if it does not fit. */
  async restore(state: SavedState): Promise<void> {
    const where = 'GeneratorHistory.restore';
    checkState(where, state);
    const updates = countFrom(where, state, 'updates');
    const count = countFrom(where, state, 'count');
    const { size } = this.options;
    if (count > size) fail('state', where, "state.values['count']", `at most ${size}`, count);
    const named = namedWeights(this.model);
    const saved = Array.from({ length: count }, (_, k) =>
      named.map(({ path, variable }) => {
        const array = arrayFrom(where, state, `${k}/${path}`, variable.shape as number[]);
        return [path, array] as const;
      }),
    );
    await this.stream.restore(partOf(state, 'random'));
    this.dispose();
    this.updates = updates;
    this.snapshots = saved.map((one) =>
      Object.fromEntries(
        one.map(([path, { data, shape }]) => [
          path,
          keep(tensor(data.slice(), [...shape], 'float32')),
        ]),
      ),
    );
  }

  /** Frees the generators kept. */
  dispose(): void {
    this.snapshots.forEach((one) => dispose(one));
    this.snapshots = [];
  }
}
