import { dispose } from '@tensorflow/tfjs-core';
import type { Scalar } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { checkTensor, fail } from '../../internal/check.js';
import { hostDecision, hostNumber, hostObserver } from '../../internal/host_input.js';
import { advancePowerIteration } from '../../layers/spectral/spectral_norms.js';
import type { LossLog } from '../step/loss_log.js';
import { gradientOfTerms, moveNetworks } from '../step/update_networks.js';
import type { NetworkUpdate } from '../step/update_networks.js';
import type { Player } from './player.js';
import type { Step, SystemOptions } from './recipe.js';

/** The parts of a step. */
export interface StepContext {
  /** For messages. */
  readonly where: string;
  /** Returns the number of steps made before. */
  readonly index: () => number;
  readonly options: SystemOptions;
  readonly losses: LossLog;
}

/** A move that waits for the others of the same moment. */
interface Waiting {
  readonly update: NetworkUpdate;
  readonly gradient: ReturnType<typeof gradientOfTerms>;
}

/** Makes the step that is passed to a recipe. */
export function makeStep<Losses>({ where, index, options, losses }: StepContext): Step<Losses> {
  const { monitor } = options;
  const byStep = options.powerIteration !== 'call';
  const advanced = new Set<LayersModel>();
  let waiting: Waiting[] | undefined;

  const advance = (...players: readonly Player[]): void => {
    for (const { model } of byStep ? players : [])
      if (!advanced.has(model)) advancePowerIteration(model);
    players.forEach(({ model }) => advanced.add(model));
  };
  const minimize: Step<Losses>['minimize'] = (players, optimizer, ...terms) => {
    advance(...players);
    players.forEach(({ model }) => advanced.delete(model));
    const networks = Object.fromEntries(players.map(({ name, model }) => [name, model]));
    const update = { where, networks, optimizer, monitor };
    const gradient = gradientOfTerms(update, terms);
    if (waiting === undefined) moveNetworks(update, gradient);
    else waiting.push({ update, gradient });
  };
  const simultaneously = (fn: () => void): void => {
    if (waiting !== undefined) return fn(); // the outer one moves them
    const moves: Waiting[] = (waiting = []);
    try {
      fn();
      for (let move = moves.shift(); move !== undefined; move = moves.shift())
        moveNetworks(move.update, move.gradient);
    } finally {
      waiting = undefined;
      dispose(moves.map(({ gradient }) => gradient));
    }
  };
  const noted = (name: string): Scalar =>
    losses.losses.get(name) ??
    fail('state', where, name, 'a loss that was noted in this step', [...losses.losses.keys()]);
  return {
    get index() {
      hostObserver()?.asksForIndex();
      return index();
    },
    note: (name, loss) => {
      checkTensor(where, name, loss, { shape: [] });
      return losses.note(name, loss);
    },
    decide: hostDecision,
    number: hostNumber,
    noted,
    keep: (x) => {
      checkTensor(where, 'x', x);
      return losses.keep(x);
    },
    advance,
    minimize,
    simultaneously,
  };
}
