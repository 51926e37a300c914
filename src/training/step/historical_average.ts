import { add, clone, mul, square, sub, sum, tidy, zerosLike } from '@tensorflow/tfjs-core';
import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { freedIfThrown } from '../../internal/freed_if_thrown.js';
import { hostDecision, hostNumber } from '../../internal/host_input.js';
import { number } from '../../internal/option_kinds.js';
import type { SchemaRead } from '../../internal/read_options.js';
import type { Savepoint } from '../../internal/savepoint.js';
import { checkState } from '../../internal/state.js';
import { namedWeights } from '../../layers/weights/named_weights.js';
import type { NamedWeight } from '../../layers/weights/named_weights.js';
import type { SavedState, Stateful } from '../../types.js';
import type { Step } from '../core/recipe.js';
import { AveragedWeights } from '../state/averaged_weights.js';

/** The weights of historical averaging, each 0 or more. */
export interface HistoricalAveragingOptions {
  /** Of the generator's distance from its average; default 0: it has none. */
  generator?: number;
  /** Of the discriminator's; default 0. */
  discriminator?: number;
}

/** Schema of {@link HistoricalAveragingOptions}. */
export const HISTORICAL_AVERAGING: SchemaRead<HistoricalAveragingOptions> = {
  generator: number({ min: 0, default: 0 }),
  discriminator: number({ min: 0, default: 0 }),
};

/**
 * The average of all trainable weights that a network had, and the term that pulls it there.
 *
 * ```
 * term = λ ‖θ − a‖²           over all trainable weights; a is a constant, and without one there is no term
 * a    ← a + (θ − a)/t        t ← t + 1, at each move away from θ
 * ```
 *
 * @see Salimans et al. 2016, arXiv 1606.03498, section 3.3
 */
export class HistoricalAverage implements Stateful {
  private readonly named: readonly NamedWeight[];
  private readonly averaged: AveragedWeights;

  /** @param weight λ. */
  constructor(
    model: LayersModel,
    private readonly weight: number,
  ) {
    this.named = namedWeights(model).filter(({ variable }) =>
      model.trainableWeights.includes(variable),
    );
    const zeros = freedIfThrown(() => this.named.map(({ variable }) => zerosLike(variable.read())));
    this.averaged = new AveragedWeights(this.named, zeros);
  }

  /** Lists the term: none before the first move. **Differentiable:** in the weights, to any order. */
  get terms(): readonly (() => Scalar)[] {
    return hostDecision(() => this.averaged.moves === 0) ? [] : [() => this.term()];
  }

  private term(): Scalar {
    const { values } = this.averaged;
    const distances = this.named.map(({ variable }, i) =>
      sum(square(sub(variable.read(), values[i]!))),
    );
    return mul(
      distances.reduce((sum, distance) => add(sum, distance)),
      this.weight,
    );
  }

  /** Returns copies of the weights, which share their data; call it inside a tidy. */
  now(): Tensor[] {
    return this.named.map(({ variable }) => clone(variable.read()));
  }

  /**
   * Takes weights into the average.
   *
   * @param theta Those that the network has left; they stay the caller's.
   */
  take(theta: readonly Tensor[]): void {
    const share = () => 1 / (this.averaged.moves + 1);
    this.averaged.move(
      tidy(() =>
        this.averaged.values.map((a, i) => add(a, mul(sub(theta[i]!, a), hostNumber(share)))),
      ),
    );
  }

  heldTensors(): readonly Tensor[] {
    return this.averaged.values;
  }

  savepoint(): Savepoint {
    return this.averaged.savepoint();
  }

  state(): Promise<SavedState> {
    return this.averaged.state();
  }

  async restore(state: SavedState): Promise<void> {
    const where = 'HistoricalAverage.restore';
    checkState(where, state);
    this.averaged.restore(where, state);
  }

  /** Frees the average. */
  dispose(): void {
    this.averaged.dispose();
  }
}

/** The averages of players, by name. */
export type HistoricalAverages<Name extends string> = {
  readonly [Key in Name]?: HistoricalAverage;
};

/** Makes the averages of the networks that have a weight. */
export function historicalAverages<Name extends string>(
  networks: Readonly<Record<Name, LayersModel>>,
  weights: Readonly<Record<Name, number>>,
): HistoricalAverages<Name> {
  const wanted = (Object.keys(weights) as Name[]).filter((name) => weights[name] > 0);
  return Object.fromEntries(
    wanted.map((name) => [name, new HistoricalAverage(networks[name], weights[name])]),
  ) as HistoricalAverages<Name>;
}

/**
 * Returns a step's `minimize` which adds the terms of historical averages, and moves the averages when the optimizer
 * has moved their players; one that accumulates gradients does so at some calls only.
 *
 * @param step Its notes are `generatorAveraging` and so on.
 */
export const minimizeTowards =
  <Name extends string>(
    averages: HistoricalAverages<Name>,
    step: Pick<Step<Partial<Record<`${Name}Averaging`, number>>>, 'minimize' | 'note'>,
  ): Step<unknown>['minimize'] =>
  (players, optimizer, ...terms) => {
    const pulled = players.flatMap(({ name }) => {
      const average = averages[name as Name];
      return average === undefined ? [] : [{ name: name as Name, average, left: average.now() }];
    });
    const pulls = pulled.flatMap(({ name, average }) =>
      average.terms.map((term) => () => step.note(`${name}Averaging`, term())),
    );
    const before = optimizer.iterations;
    step.minimize(players, optimizer, ...terms, ...pulls);
    if (optimizer.iterations > before) for (const { average, left } of pulled) average.take(left);
  };
