import { fail } from '../../internal/check.js';
import { countFrom, partOf } from '../../internal/state.js';
import type { SavedState, StateArray } from '../../types.js';
import { theirs } from '../pytorch/layouts.js';
import { Float } from '../pytorch/write_pickle.js';
import type { Writable, WritableDict } from '../pytorch/write_pickle.js';
import { slotsOf } from './optimizer_rules.js';
import { scaled } from './scaled_moments.js';
import type { OptimizerLayout } from './system_layout.js';

/** The state of an optimizer in PyTorch, and what is lost of ours where float32 rounds. */
export interface OptimizerStateDict {
  readonly stateDict: WritableDict;
  /** By parameter and slot: the places and values of {@link scaled}. */
  readonly rounded: WritableDict;
}

/** Returns the state of an optimizer as the state_dict of PyTorch's; refuses one between two steps. */
export function optimizerStateDict(
  where: string,
  { name, rule, parameters }: OptimizerLayout,
  state: SavedState,
): OptimizerStateDict {
  const own = partOf(state, `optimizer/${name}`);
  const steps = countFrom(where, own, 'step');
  checkBetweenSteps(where, name, own);
  const slots = slotsOf(rule, own);
  const step: StateArray = { shape: [], data: Float32Array.of(steps) };
  const rounded = new Map<number, Writable>();
  const entry = ({ network, path, weight }: OptimizerLayout['parameters'][number], at: number) => {
    const moments = slots.map(({ ours, theirs: slot, factor }) => {
      const key = `${network}/${path}/${ours}`;
      const array = own.arrays[key];
      if (array === undefined)
        fail('state', where, `system.optimizers.${name}`, `one that moves ${network}/${path}`, key);
      const { shape, data } = theirs(weight, array.data as Float32Array);
      const made = scaled(data as Float32Array, factor);
      return { slot, array: { shape, data: made.values }, rounded: made.rounded };
    });
    const lost = moments.filter((one) => one.rounded.places.length > 0);
    if (lost.length > 0)
      rounded.set(at, new Map(lost.map((one) => [one.slot, roundedDict(one.rounded)])));
    const arrays = moments.map(({ slot, array }) => [slot, array] as const);
    return new Map<string, Writable>([['step', step], ...arrays]);
  };
  const count = countFrom(where, own, 'variables');
  const isMoved = count > 0;
  if (isMoved && count !== parameters.length)
    fail(
      ...(['state', where, `system.optimizers.${name}`] as const),
      `one that moves the ${parameters.length} weights of its networks alone`,
      `${count} weights`,
    );
  const entries = isMoved ? parameters.map((one, at) => [at, entry(one, at)] as const) : [];
  const group = new Map<string, Writable>([
    ['param_names', parameters.map(({ network, key }) => `${network}.${key}`)],
    ['lr', new Float(own.values['learningRate'] as number)],
    ...Object.entries(rule.options(own.values)),
    ...Object.entries(rule.others),
    ['params', parameters.map((_, at) => at)],
  ]);
  return {
    stateDict: new Map<string, Writable>([
      ['state', new Map(entries)],
      ['param_groups', [group]],
    ]),
    rounded,
  };
}

/** Refuses an optimizer that has summed gradients for a step that it has not made: PyTorch has no place for them. */
function checkBetweenSteps(where: string, name: string, { values }: SavedState): void {
  const { accumulated = 0 } = values;
  if (accumulated !== 0)
    fail(
      ...(['state', where, `system.optimizers.${name}`] as const),
      'at the end of a step, with no gradients summed for the next one',
      `${String(accumulated)} of ${String(values['accumulate'])}`,
    );
}

const roundedDict = ({ places, values }: ReturnType<typeof scaled>['rounded']): WritableDict =>
  new Map<string, Writable>([
    ['places', { shape: [places.length], data: places, dtype: 'I64' }],
    ['values', { shape: [values.length], data: values }],
  ]);
