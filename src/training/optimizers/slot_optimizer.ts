import { Optimizer, clone, tidy, zeros } from '@tensorflow/tfjs-core';
import type {
  NamedTensorMap,
  Scalar,
  Tensor,
  Variable,
  serialization,
} from '@tensorflow/tfjs-core';
import { withCleanTape } from '../../gradients/tape.js';
import { checkNumber, checkTensor, fail } from '../../internal/check.js';
import { freedIfThrown } from '../../internal/freed_if_thrown.js';
import { hostEffect } from '../../internal/host_input.js';
import type { Savepoint } from '../../internal/savepoint.js';
import { arraysOf, checkState, countFrom, numberFrom } from '../../internal/state.js';
import type { SavedState, Stateful } from '../../types.js';
import { clipByGlobalNorm } from './clip_by_global_norm.js';
import { GRADIENT_OPTIONS } from './gradient_options.js';
import type { GradientOptions } from './gradient_options.js';
import { GRADIENT_SUM, GradientSums } from './gradient_sums.js';
import { listedGradients } from './listed_gradients.js';
import type { Gradients, NamedGradient } from './listed_gradients.js';
import { checkSavedOptions } from './saved_options.js';
import { SlotStore } from './slot_store.js';
import { checkedRule, perSlot } from './update_rule.js';
import type { UpdateRule } from './update_rule.js';

/**
 * The common part of {@link Adam}, {@link RMSProp} and {@link SGD}: slots, their state, the list of variables
 * they belong to, and the processing of gradients before the rule.
 *
 * The first `applyGradients` fixes the list of variables; its order gives them their positions, by which a
 * state is keyed, unless a system has passed their paths in its networks. From then on slots follow the
 * identity of a variable, so the order of later calls does not matter, and a list with other variables is
 * refused: use one optimizer per network. (The order is not sorted: tfjs's names hold counts of the process.)
 *
 * With `accumulate: n`, n calls make one step with the average of their gradients; `iterations` counts steps.
 * With `clipNorm: c`, (averaged) gradients of a norm above c over all variables are scaled down to it, as in torch.
 *
 * {@link SlotOptimizer.rule} is the step itself, a pure differentiable function: the steps of an opponent can
 * be unrolled on the tape, from {@link SlotOptimizer.initialSlots} or {@link SlotOptimizer.slotsOf}.
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
 *   protected override updateRule(): UpdateRule<never> {
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
 *
 * @example
 * ```ts
 * import { grad, mul, square, tensor1d } from '@tensorflow/tfjs-core';
 * import type { Tensor } from '@tensorflow/tfjs-core';
 * import { loadBackend } from 'gan-kit';
 * import { sgd } from 'gan-kit/training';
 *
 * await loadBackend();
 * const optimizer = sgd({ learningRate: 0.25 });
 * const slope = grad(square); // of the loss x², 2x
 * const ahead = (x: Tensor) => {
 *   let at = { value: x, slots: optimizer.initialSlots(x) };
 *   for (const step of [1, 2]) at = optimizer.rule(step)(at, slope(at.value));
 *   return at.value; // x/4
 * };
 * console.log(await grad(ahead)(tensor1d([8])).data()); // → Float32Array(1) [ 0.25 ]
 * ```
 */
export abstract class SlotOptimizer<Slot extends string> extends Optimizer implements Stateful {
  /** The step size, 0 or more; schedules set it between steps. */
  learningRate: number;
  /** Number of `applyGradients` calls per step. */
  readonly accumulate: number;
  /** The largest norm of all gradients together, if there is a limit. */
  readonly clipNorm: number | undefined;
  private readonly slotNames: readonly Slot[];
  private readonly store: SlotStore;
  private readonly sums: GradientSums;

  constructor(
    learningRate: number,
    slotNames: readonly Slot[],
    options: Readonly<Partial<Record<keyof GradientOptions, number | undefined>>> = {},
  ) {
    super();
    const where = 'SlotOptimizer';
    this.learningRate = learningRate;
    // a subclass may have further options
    this.accumulate = GRADIENT_OPTIONS.accumulate(where, 'accumulate', options.accumulate);
    this.clipNorm = GRADIENT_OPTIONS.clipNorm(where, 'clipNorm', options.clipNorm);
    this.slotNames = slotNames;
    this.store = new SlotStore(slotNames, this.accumulate > 1 ? [GRADIENT_SUM] : []);
    this.sums = new GradientSums(this.store, this.accumulate);
  }

  /** Returns the equation of step 1, 2, … in ops with gradients; numbers that depend on no variable are float64. */
  protected abstract updateRule(step: number): UpdateRule<Slot>;

  /** @internal Returns the same step for use without gradients: by a kernel that has none, for example. */
  protected fusedRule(step: number): UpdateRule<Slot> {
    return this.updateRule(step);
  }

  abstract override getConfig(): serialization.ConfigDict;

  /**
   * Returns the update rule of a step, a pure function: it takes a value, its slots and a gradient, and returns
   * new ones. `applyGradients` computes the same; `accumulate` and `clipNorm` are not part of it.
   *
   * @param step 1 for the first, whose slots are {@link SlotOptimizer.initialSlots}; `iterations + 1` to
   *   continue from {@link SlotOptimizer.slotsOf}. Momenta are corrected by it.
   * @returns The rule, with the current learning rate; the caller owns its results.
   * @throws GanKitError if `step` is not an integer from 1 on, or gradient, slots and value differ in shape.
   *
   * **Differentiable:** the rule, to any order, in value, slots and gradient. The slope of a root is taken as 0
   * at a mean of squares of 0.
   */
  rule(step: number): UpdateRule<Slot> {
    const where = 'Optimizer.rule';
    checkNumber(where, 'step', step, { integer: true, min: 1 });
    checkNumber(where, 'learningRate', this.learningRate, { min: 0 });
    return checkedRule(
      where,
      freedIfThrown(() => this.updateRule(step)),
      this.slotNames,
    );
  }

  /**
   * Makes the slots of a variable before its first step: zeros.
   * @param value The variable's value; any shape.
   * @returns A tensor per slot; the caller owns them.
   * @throws GanKitError if it is no tensor.
   */
  initialSlots(value: Tensor): Readonly<Record<Slot, Tensor>> {
    checkTensor('Optimizer.initialSlots', 'value', value, { dtype: 'any' });
    return perSlot(this.slotNames, () => zeros(value.shape));
  }

  /**
   * Copies a variable's current slots, to continue from by {@link SlotOptimizer.rule}.
   *
   * @param variable One that the optimizer moves; any other yields the initial slots.
   * @returns A tensor per slot; the caller owns them.
   * @throws GanKitError if it is no tensor, or a restored state still waits for a step to assign its slots.
   */
  slotsOf(variable: Variable): Readonly<Record<Slot, Tensor>> {
    const where = 'Optimizer.slotsOf';
    checkTensor(where, 'variable', variable, { dtype: 'any' });
    const slots = this.store.get(variable);
    if (slots === undefined && this.store.isWaiting)
      fail('state', where, 'variable', 'one that the restored state knows by its path', variable);
    if (slots === undefined) return this.initialSlots(variable);
    return perSlot(this.slotNames, (slot) => clone(slots[slot]!));
  }

  /**
   * Makes one step: moves every variable by its gradient. With `accumulate` only every n-th call is a step, and
   * the gradients are summed until then.
   *
   * @param gradients By name of the variable, as `variableGrads` returns them, or a list of
   *   `{ name, tensor }`. A listed variable without a tensor stays where it is, and so do its slots.
   * @throws GanKitError if variables or shapes are not those of the first call; nothing is changed then.
   */
  override applyGradients(gradients: NamedTensorMap | NamedGradient[]): void {
    const where = 'Optimizer.applyGradients';
    checkNumber(where, 'learningRate', this.learningRate, { min: 0 });
    const { variables, gradients: all } = listedGradients(where, gradients);
    const { isBound, isWaiting } = this.store;
    this.store.bind(where, variables, (variable) => this.initialSlots(variable));
    try {
      tidy(() => this.move(variables, all));
    } catch (error) {
      if (!isBound) this.store.unbind(isWaiting); // no step was made with this list
      throw error;
    }
  }

  private move(variables: readonly Variable[], gradients: Gradients): void {
    const { clipNorm } = this;
    const average = this.sums.add(variables, gradients);
    if (average === undefined) return;
    const clipped = clipNorm === undefined ? average : clipByGlobalNorm(average, clipNorm);
    const rule = this.fusedRule(this.iterations + 1);
    variables.forEach((variable, i) => {
      const gradient = clipped[i];
      if (gradient === undefined) return;
      const before = this.store.get(variable) as Readonly<Record<Slot, Tensor>>;
      tidy(() => {
        const after = rule({ value: variable, slots: before }, gradient);
        const slots = perSlot(this.slotNames, (slot) => after.slots[slot]);
        variable.assign(after.value);
        this.store.set(variable, slots);
      });
    });
    hostEffect(() => (this.sums.parts = 0));
    hostEffect(() => this.incrementIterations());
  }

  /** Computes the gradients of `f` in variables, as tfjs does; frees everything if it throws. */
  override computeGradients(
    f: () => Scalar,
    varList?: Variable[],
  ): { value: Scalar; grads: NamedTensorMap } {
    return withCleanTape(() => super.computeGradients(f, varList));
  }

  /** Makes one step down the gradient of `f`; tfjs's own would leak the gradients if the step fails. */
  override minimize(f: () => Scalar, returnCost = false, varList?: Variable[]): Scalar | null {
    return freedIfThrown(() => super.minimize(f, returnCost, varList));
  }

  /** @internal Sets the paths of variables, `network/layer/weight`, by which states are keyed from now on. */
  name(paths: ReadonlyMap<Variable, string>): void {
    this.store.name(paths);
  }

  /** @internal */
  savepoint(): Savepoint {
    const [{ iterations }, { parts }, slots] = [this, this.sums, this.store.savepoint()];
    return {
      rollback: () => {
        slots.rollback();
        this.sums.parts = parts;
        this.iterations_ = iterations;
      },
      release: () => slots.release(),
    };
  }

  /** @internal */
  heldTensors = (): readonly Tensor[] => this.store.list();

  /** Returns a copy of step, learning rate and slots, the latter under `path/slot` or `position/slot`. */
  async state(): Promise<SavedState> {
    const values = {
      ...this.options(),
      ...{ step: this.iterations, variables: this.store.count },
      ...(this.accumulate > 1 && { accumulated: this.sums.parts }),
    };
    return { values, arrays: await arraysOf(this.store.tensors()) };
  }

  /**
   * Restores a state, so that the following steps are the same bit for bit.
   *
   * @param state Of an optimizer of the same kind with the same options; its learning rate is taken
   *   over. Before the first step its variables are unknown, and the shapes are checked there.
   * @throws GanKitError if the state does not fit; nothing is changed then.
   */
  async restore(state: SavedState): Promise<void> {
    const where = 'Optimizer.restore';
    checkState(where, state);
    checkSavedOptions(where, this.options(), state, ['learningRate']);
    const learningRate = numberFrom(where, state, 'learningRate');
    const step = countFrom(where, state, 'step');
    const parts = this.accumulate > 1 ? countFrom(where, state, 'accumulated') : 0;
    if (parts >= this.accumulate)
      fail('state', where, "state.values['accumulated']", `less than ${this.accumulate}`, parts);
    this.store.replace(this.store.read(where, state));
    this.sums.parts = parts;
    this.iterations_ = step;
    this.learningRate = learningRate;
  }

  /** Frees the slots and resets the optimizer. */
  override dispose(): void {
    this.store.clear();
    this.sums.parts = 0;
    this.iterations_ = 0;
  }

  /** @internal Returns the options for `getConfig` that differ from the defaults. */
  protected gradientConfig(): GradientOptions {
    const { accumulate, clipNorm } = this;
    return { ...(accumulate > 1 && { accumulate }), ...(clipNorm !== undefined && { clipNorm }) };
  }

  /** Lists the options that a state must match: under another rule or other decay rates slots mean something else. */
  private options(): Record<string, string | number | boolean> {
    const config = { ...this.getConfig(), ...this.gradientConfig() } as Record<string, number>;
    return { optimizer: this.getClassName(), ...config };
  }
}
