import { Float, TupleOf } from '../pytorch/write_pickle.js';
import type { Writable } from '../pytorch/write_pickle.js';
import type { SavedState } from '../../types.js';

/** The options of an optimizer of ours, as its state has them. */
type Options = Readonly<Record<string, unknown>>;

/** A slot of our optimizer, its name in PyTorch, and PyTorch's value as a multiple of ours. */
interface SlotRule {
  readonly ours: string;
  readonly theirs: string;
  readonly factor: (options: Options) => number;
  /** Whether an optimizer of these options has it. */
  readonly isPresent?: (options: Options) => boolean;
}

/** The counterpart of a class of optimizers in PyTorch. */
export interface OptimizerRule {
  readonly name: string;
  readonly slots: readonly SlotRule[];
  /** Returns the options of a parameter group that determine the step, but for the learning rate. */
  readonly options: (options: Options) => Readonly<Record<string, Writable>>;
  /** The options that determine how a step is computed, and are left to PyTorch. */
  readonly others: Readonly<Record<string, Writable>>;
}

const numberOf = (options: Options, name: string): number => options[name] as number;
const float = (options: Options, name: string): Float => new Float(numberOf(options, name));
const LEFT = { foreach: null, capturable: false, differentiable: false };

const ADAM: OptimizerRule = {
  name: 'Adam',
  // ours are stored divided by 1 − β
  slots: [
    { ours: 'm', theirs: 'exp_avg', factor: (options) => 1 - numberOf(options, 'beta1') },
    { ours: 'v', theirs: 'exp_avg_sq', factor: (options) => 1 - numberOf(options, 'beta2') },
  ],
  options: (options) => ({
    betas: new TupleOf([float(options, 'beta1'), float(options, 'beta2')]),
    eps: float(options, 'epsilon'),
    weight_decay: float(options, 'weightDecay'),
    ...{ amsgrad: false, maximize: false, decoupled_weight_decay: false },
  }),
  others: { ...LEFT, fused: null },
};

const RMSPROP: OptimizerRule = {
  name: 'RMSprop',
  // ours are stored divided by 1 − ρ, and the heavy ball multiplied by its root
  slots: [
    { ours: 'square', theirs: 'square_avg', factor: (options) => 1 - numberOf(options, 'decay') },
    {
      ...{ ours: 'velocity', theirs: 'momentum_buffer' },
      factor: (options) => 1 / Math.sqrt(1 - numberOf(options, 'decay')),
      isPresent: (options) => numberOf(options, 'momentum') > 0,
    },
    {
      ...{ ours: 'mean', theirs: 'grad_avg' },
      factor: (options) => 1 - numberOf(options, 'decay'),
      isPresent: (options) => options['centered'] === true,
    },
  ],
  options: (options) => ({
    momentum: float(options, 'momentum'),
    alpha: float(options, 'decay'),
    eps: float(options, 'epsilon'),
    centered: options['centered'] as boolean,
    ...{ weight_decay: new Float(0), maximize: false },
  }),
  others: LEFT,
};

/** The rules by class of optimizer. */
const RULES: Readonly<Record<string, OptimizerRule>> = {
  GanKitAdam: ADAM,
  GanKitRMSProp: RMSPROP,
};

/** Returns the rule of an optimizer by its part of a state; undefined if PyTorch's state has no place for its own. */
export const ruleOf = ({ values }: SavedState): OptimizerRule | undefined =>
  RULES[String(values['optimizer'])];

/** Lists the slots of an optimizer with these options, with their factors. */
export const slotsOf = (
  { slots }: OptimizerRule,
  { values }: SavedState,
): { ours: string; theirs: string; factor: number }[] =>
  slots
    .filter(({ isPresent }) => isPresent?.(values) ?? true)
    .map(({ ours, theirs, factor }) => ({ ours, theirs, factor: factor(values) }));
