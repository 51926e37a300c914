import {
  Optimizer,
  add,
  clone,
  dispose,
  engine,
  keep,
  mul,
  tensor,
  tidy,
  zeros,
} from '@tensorflow/tfjs-core';
import type {
  NamedTensorMap,
  Scalar,
  Tensor,
  Variable,
  serialization,
} from '@tensorflow/tfjs-core';
import { withCleanTape } from '../gradients/tape.js';
import { checkNumber, checkTensor, fail } from '../internal/check.js';
import { freedIfThrown } from '../internal/freed_if_thrown.js';
import type { Mark } from '../internal/mark.js';
import { arrayFrom, arraysOf, checkState, countFrom, numberFrom } from '../internal/state.js';
import type { PieceState, StateArray, Stateful } from '../types.js';

/** More than any network has; a damaged count ends here, before memory is asked for. */
const MOST_VARIABLES = 1_000_000;

/** A gradient and the name of its variable; `minimize` lists variables that have none, too. */
export interface NamedGradient {
  name: string;
  tensor: Tensor | undefined;
}

/** What an update rule moves: a variable's value and its slots, one tensor per slot name. */
export interface Updated<Slot extends string> {
  readonly value: Tensor;
  readonly slots: Readonly<Record<Slot, Tensor>>;
}

/** One step of one variable. Reads and returns the slots that the optimizer named, no others. */
export type UpdateRule<Slot extends string> = (
  before: Updated<Slot>,
  gradient: Tensor,
) => Updated<Slot>;

/**
 * What {@link Adam}, {@link RMSProp} and {@link SGD} share: slots, their state, and the list of
 * variables they belong to.
 *
 * The first `applyGradients` fixes the list; its order gives the variables their positions, by
 * which a state is keyed. From then on slots follow the identity of a variable, so the order of
 * later calls does not matter, and a list with other variables is refused: use one optimizer per
 * network. (The order given is kept, not sorted: tfjs's variable names carry counters of the
 * whole process, and `conv10` sorts before `conv9`.)
 *
 * @example
 * ```ts
 * import { mul, scalar, sign, square, sub, variable } from '@tensorflow/tfjs-core';
 * import type { Scalar } from '@tensorflow/tfjs-core';
 * import { loadBackend } from 'gan-kit';
 * import { SlotOptimizer } from 'gan-kit/training';
 * import type { UpdateRule } from 'gan-kit/training';
 *
 * await loadBackend();
 * class SignDescent extends SlotOptimizer<never> {
 *   static readonly className = 'SignDescent';
 *   protected override rule(): UpdateRule<never> {
 *     const step = this.learningRate;
 *     return ({ value }, gradient) => ({ value: sub(value, mul(step, sign(gradient))), slots: {} });
 *   }
 *   override getConfig() {
 *     return { learningRate: this.learningRate };
 *   }
 * }
 *
 * const x = variable(scalar(3));
 * new SignDescent(0.5, []).minimize(() => square(x) as Scalar, false, [x]);
 * console.log(await x.data()); // → Float32Array(1) [ 2.5 ]
 * ```
 */
export abstract class SlotOptimizer<Slot extends string> extends Optimizer implements Stateful {
  /** The step size, 0 or more; a schedule sets it between steps. */
  learningRate: number;
  private readonly slotNames: readonly Slot[];
  private readonly positions: Map<Variable, number> = new Map();
  /** By position; after `restore` they may wait for the first `applyGradients`. */
  private slots: Record<Slot, Tensor>[] = [];

  constructor(learningRate: number, slotNames: readonly Slot[]) {
    super();
    this.learningRate = learningRate;
    this.slotNames = slotNames;
  }

  /** The rule of step `step` = 1, 2, …; what does not depend on a variable is computed here, in float64. */
  protected abstract rule(step: number): UpdateRule<Slot>;

  abstract override getConfig(): serialization.ConfigDict;

  /**
   * One step: moves every variable by its gradient.
   *
   * @param gradients By name of the variable, as `variableGrads` returns them, or a list of
   *   `{ name, tensor }`. A listed variable without a tensor stays where it is, and so do its slots.
   * @throws GanKitError if the variables are not those of the first call, or a gradient's shape is
   *   not its variable's; nothing is changed then.
   */
  override applyGradients(gradients: NamedTensorMap | NamedGradient[]): void {
    const where = 'Optimizer.applyGradients';
    checkNumber(where, 'learningRate', this.learningRate, { min: 0 });
    if (typeof gradients !== 'object' || gradients === null)
      fail('type', where, 'gradients', 'an object of tensors, or a list', gradients);
    const named: readonly NamedGradient[] = Array.isArray(gradients)
      ? gradients
      : Object.entries(gradients).map(([name, tensor]) => ({ name, tensor }));
    const variables = named.map(({ name }) => registeredVariable(where, name));
    named.forEach(({ name, tensor: gradient }, i) => {
      if (gradient !== undefined)
        checkTensor(where, `gradients['${name}']`, gradient, { shape: variables[i]!.shape });
    });
    const known = this.positions.size > 0;
    const restored = this.slots.length > 0;
    this.bind(where, variables);
    try {
      tidy(() => {
        const rule = this.rule(this.iterations + 1);
        variables.forEach((variable, i) => {
          const gradient = named[i]!.tensor;
          if (gradient !== undefined) this.move(variable, gradient, rule);
        });
      });
    } catch (error) {
      if (!known) this.positions.clear(); // a list that no step was made with
      if (!restored) this.dispose();
      throw error;
    }
    this.incrementIterations();
  }

  /** The gradients of `f` in variables, as tfjs computes them; of one that throws nothing is left. */
  override computeGradients(
    f: () => Scalar,
    varList?: Variable[],
  ): { value: Scalar; grads: NamedTensorMap } {
    return withCleanTape(() => super.computeGradients(f, varList));
  }

  /** One step down the gradient of `f`; tfjs's own would leave the gradients behind if it cannot be made. */
  override minimize(f: () => Scalar, returnCost = false, varList?: Variable[]): Scalar | null {
    return freedIfThrown(() => super.minimize(f, returnCost, varList));
  }

  private move(variable: Variable, gradient: Tensor, rule: UpdateRule<Slot>): void {
    const position = this.positions.get(variable)!;
    const before = this.slots[position]!;
    tidy(() => {
      const after = rule({ value: variable, slots: before }, gradient);
      variable.assign(after.value);
      this.slots[position] = this.eachSlot((slot) => keep(after.slots[slot]));
    });
    dispose(before);
  }

  /** Fixes the list of variables at the first step, and holds later ones to it. */
  private bind(where: string, variables: readonly Variable[]): void {
    const rule = 'the gradients of the variables of the first step, each once';
    const advice = 'Make one optimizer per network, and always pass the same list of variables.';
    const names = variables.map(({ name }) => name);
    if (variables.length === 0 || new Set(variables).size < variables.length)
      fail('value', where, 'gradients', rule, names, advice);
    if (this.positions.size > 0) {
      const known = variables.every((variable) => this.positions.has(variable));
      if (!known || variables.length !== this.positions.size)
        fail('value', where, 'gradients', rule, names, advice);
      return;
    }
    if (this.slots.length === 0) {
      const start = () => variables.map(({ shape }) => this.eachSlot(() => zeros(shape)));
      this.slots = tidy(start).map((slots) => this.eachSlot((slot) => keep(slots[slot])));
    }
    const fits = (variable: Variable, position: number) =>
      this.slotNames.every((slot) => sameShape(this.slots[position]![slot], variable));
    if (this.slots.length !== variables.length || !variables.every(fits)) {
      const restored = `the ${this.slots.length} variables of the restored state, in its order`;
      fail('state', where, 'gradients', `those of ${restored}`, variables, advice);
    }
    variables.forEach((variable, position) => this.positions.set(variable, position));
  }

  /** @internal */
  mark(): Mark {
    const step = this.iterations;
    const positions = [...this.positions];
    // clones share their data
    const slots = this.slots.map((before) => this.eachSlot((slot) => keep(clone(before[slot]))));
    return {
      undo: () => {
        dispose(this.slots);
        this.slots = slots;
        this.positions.clear();
        for (const [variable, position] of positions) this.positions.set(variable, position);
        this.iterations_ = step;
      },
      release: () => dispose(slots),
    };
  }

  /** A copy of step, learning rate and slots, the latter under `position/slot`. */
  async state(): Promise<PieceState> {
    const values = { ...this.options(), step: this.iterations, variables: this.slots.length };
    const tensors = this.slots.flatMap((slots, position) =>
      this.slotNames.map((slot) => [`${position}/${slot}`, slots[slot]] as const),
    );
    return { values, arrays: await arraysOf(Object.fromEntries(tensors)) };
  }

  /**
   * Goes back to a state, so that the steps that follow are the same to the last bit.
   *
   * @param state Of an optimizer of the same kind with the same options; its learning rate is taken
   *   over. Before the first step its variables are unknown, and the shapes are checked there.
   * @throws GanKitError if the state does not fit; nothing is changed then.
   */
  async restore(state: PieceState): Promise<void> {
    const where = 'Optimizer.restore';
    checkState(where, state);
    for (const [key, own] of Object.entries(this.options()))
      if (key !== 'learningRate' && state.values[key] !== own)
        fail(
          'state',
          where,
          `state.values['${key}']`,
          `${String(own)}, as here`,
          state.values[key],
        );
    const learningRate = numberFrom(where, state, 'learningRate');
    const step = countFrom(where, state, 'step');
    const count = countFrom(where, state, 'variables');
    const variables = [...this.positions.keys()];
    if (count > 0 && variables.length > 0 && count !== variables.length)
      fail('state', where, "state.values['variables']", `${variables.length}`, count);
    if (count > MOST_VARIABLES)
      fail('state', where, "state.values['variables']", `at most ${MOST_VARIABLES}`, count);
    const arrays = Array.from({ length: count }, (_, position) =>
      this.eachSlot((slot) =>
        arrayFrom(where, state, `${position}/${slot}`, variables[position]?.shape),
      ),
    );
    const slots = arrays.map((saved) => this.eachSlot((slot) => keep(toTensor(saved[slot]))));

    dispose(this.slots);
    this.slots = slots;
    if (count === 0) this.positions.clear();
    this.iterations_ = step;
    this.learningRate = learningRate;
  }

  /** Frees the slots; the optimizer is then as new. */
  override dispose(): void {
    dispose(this.slots);
    this.slots = [];
    this.positions.clear();
    this.iterations_ = 0;
  }

  /** What a state must agree with: under another rule or other decay rates slots mean something else. */
  private options(): Record<string, string | number | boolean> {
    const config = this.getConfig() as Record<string, number | boolean>;
    return { optimizer: this.getClassName(), ...config };
  }

  private eachSlot<T>(make: (slot: Slot) => T): Record<Slot, T> {
    return Object.fromEntries(this.slotNames.map((slot) => [slot, make(slot)])) as Record<Slot, T>;
  }
}

const toTensor = ({ data, shape }: StateArray) => tensor(data.slice(), [...shape], 'float32');
const sameShape = (a: Tensor, b: Tensor) => a.shape.join() === b.shape.join();

function registeredVariable(where: string, name: string): Variable {
  const variable = engine().registeredVariables[name];
  if (variable === undefined)
    fail('value', where, 'gradients', 'keyed by the names of living variables', name);
  return variable;
}

/** g + λθ: decay as an L2 term of the loss, as torch.optim has it. */
export function withWeightDecay(gradient: Tensor, value: Tensor, weightDecay: number): Tensor {
  return weightDecay === 0 ? gradient : add(gradient, mul(value, weightDecay));
}
