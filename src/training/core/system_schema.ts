import type { Optimizer } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { boolean, callback, custom, objectLike, oneOf } from '../../internal/option_kinds.js';
import { optional } from '../../internal/read_options.js';
import type { Option, SchemaOf } from '../../internal/read_options.js';
import type { AdversarialLoss } from '../../types.js';
import type { GradientMonitor } from '../gradient_monitor.js';
import { checkLoss, checkModel, checkOptimizers } from '../step/check_system.js';
import type { SystemOptions } from './recipe.js';

/** Schema of the options that every system has. */
export const SYSTEM_SCHEMA: SchemaOf<SystemOptions> = {
  monitor: optional(
    objectLike<GradientMonitor>(
      'a GradientMonitor',
      ({ observe }) => typeof observe === 'function',
    ),
  ),
  powerIteration: oneOf(['step', 'call'], { default: 'step' }),
  onNonFinite: oneOf(['throw', 'skip'], { default: 'throw' }),
  replay: optional(boolean()),
  onReplayRefused: optional(callback<(why: string) => void>()),
};

/** Selects the options of a system that it passes on to {@link createSystem}. */
export const systemOptions = (options: SystemOptions): SystemOptions => ({
  ...Object.fromEntries(
    Object.keys(SYSTEM_SCHEMA).map((key) => [key, options[key as keyof SystemOptions]]),
  ),
  replay: options.replay ?? true,
});

/** Reads an option that means a given value if it is omitted. */
export const orElse =
  <T>(option: Option<T>, usual: T): Option<T> =>
  (where, parameter, value) =>
    value === undefined ? usual : option(where, parameter, value);

/** Reads a pair of losses. */
export const lossOf = (make?: () => AdversarialLoss): Option<AdversarialLoss> =>
  custom<AdversarialLoss>(
    (where, _, value) => checkLoss(where, value as AdversarialLoss),
    make && { default: make },
  );

/** Reads a model with as many outputs as given, and one input unless it may be conditioned. */
export const network = (
  inputs: 'one input' | 'conditioned' = 'one input',
  outputs: 1 | 2 = 1,
): Option<LayersModel> =>
  custom<LayersModel>((where, parameter, value) =>
    checkModel(where, parameter, value, inputs, outputs),
  );

/** Reads one optimizer for each of two players, or nothing. */
export const optimizersOf = <Name extends string>(
  ...names: readonly [Name, Name]
): Option<Readonly<Record<Name, Optimizer>> | undefined> =>
  optional(
    custom<Readonly<Record<Name, Optimizer>>>((where, _, value) =>
      checkOptimizers(where, value as Readonly<Record<Name, Optimizer>>, names),
    ),
  );
