import { isFloat32Array, isInt32Array } from '../../internal/brands.js';
import { fail } from '../../internal/check.js';
import { partOf } from '../../internal/state.js';
import type { SavedState, StateArray, StateValue } from '../../types.js';
import { oursOf } from '../pytorch/layouts.js';
import { Float, TupleOf } from '../pytorch/write_pickle.js';
import type { Writable } from '../pytorch/write_pickle.js';
import { slotsOf } from './optimizer_rules.js';
import type { OptimizerInFile, Values } from './read_training_file.js';
import { unscaled } from './scaled_moments.js';
import type { Scaled } from './scaled_moments.js';
import type { OptimizerLayout } from './system_layout.js';

/**
 * Returns the state of an optimizer of ours from PyTorch's; refuses other options, parameters and shapes.
 *
 * @param state The present state of the system, whose options the file must have.
 */
export function optimizerFromFile(
  where: string,
  layout: OptimizerLayout,
  file: OptimizerInFile,
  state: SavedState,
): SavedState {
  const { name, rule, parameters } = layout;
  const own = partOf(state, `optimizer/${name}`);
  const refuse = (what: string, rule: string, received: unknown): never =>
    fail('state', where, `bytes: optimizers.${name}.${what}`, rule, received);
  for (const [key, option] of Object.entries(rule.options(own.values))) {
    const [here, there] = [JSON.stringify(readable(option)), file.group.get(key)];
    const isOlder = there === undefined && here === 'false'; // an option that PyTorch did not have yet
    if (!isOlder && JSON.stringify(there) !== here)
      refuse(`param_groups[0].${key}`, `${here}, as in the system`, there);
  }
  const learningRate = numberIn(file.group.get('lr'));
  if (learningRate === undefined || learningRate < 0)
    return refuse('param_groups[0].lr', 'a number >= 0', file.group.get('lr'));
  if (file.moments.length !== parameters.length)
    refuse('param_groups[0].params', `${parameters.length} parameters`, file.moments.length);
  const present = file.moments.filter((one) => one !== undefined);
  if (present.length > 0 && present.length < parameters.length)
    refuse('state', 'of all parameters or of none', `${present.length} of ${parameters.length}`);
  const steps = new Set(present.map((one) => numberIn(one.get('step'))));
  const [step = 0] = steps;
  if (steps.size > 1 || !Number.isSafeInteger(step) || step < 0)
    refuse('state', 'after the same number of steps for each parameter', [...steps]);

  const slots = slotsOf(rule, own);
  const arrays: Record<string, StateArray> = {};
  for (const [at, moments] of file.moments.entries()) {
    const { network, path, weight } = parameters[at]!;
    for (const { ours, theirs, factor } of moments === undefined ? [] : slots) {
      const array = moments!.get(theirs);
      if (!isArray(array) || array.shape.join() !== weight.shape.join())
        return refuse(`state[${at}].${theirs}`, `of shape [${weight.shape.join()}]`, shown(array));
      const rounded = roundedIn(file.rounded.get(at)?.get(theirs));
      const data = unscaled({ values: array.data as Float32Array, rounded }, factor);
      const shape = weight.variable.shape as number[];
      arrays[`${network}/${path}/${ours}`] = { shape, data: oursOf(weight, { ...array, data }) };
    }
  }
  const pending = 'accumulated' in own.values ? { accumulated: 0 } : {};
  const variables = present.length;
  return { values: { ...own.values, ...pending, learningRate, step, variables }, arrays };
}

/** Returns an option as a file's reader gives it. */
function readable(option: Writable): StateValue {
  if (option instanceof Float) return option.value;
  return option instanceof TupleOf ? option.items.map(readable) : (option as StateValue);
}

const isArray = (value: StateArray | StateValue | undefined): value is StateArray =>
  isFloat32Array((value as Partial<StateArray> | null | undefined)?.data);

const shown = (value: StateArray | StateValue | undefined): unknown =>
  isArray(value) ? `shape [${value.shape.join()}]` : value;

/** Returns a number, or that of a tensor of one element. */
function numberIn(value: StateArray | StateValue | undefined): number | undefined {
  const data = (value as Partial<StateArray> | null | undefined)?.data;
  const number = data?.length === 1 ? data[0] : value;
  return Number.isFinite(number) ? (number as number) : undefined;
}

/** Returns what rounding has lost; nothing if it does not fit. */
function roundedIn(rounded: Values | undefined): Scaled['rounded'] {
  const [places, values] = ['places', 'values'].map(
    (key) => (rounded?.get(key) as Partial<StateArray> | undefined)?.data,
  );
  return isInt32Array(places) && isFloat32Array(values) && places.length === values.length
    ? { places, values }
    : { places: new Int32Array(0), values: new Float32Array(0) };
}
