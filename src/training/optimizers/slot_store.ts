import { dispose, keep, tensor, tidy } from '@tensorflow/tfjs-core';
import type { Tensor, Variable } from '@tensorflow/tfjs-core';
import { fail } from '../../internal/check.js';
import { freeAll, pastValue } from '../../internal/past_value.js';
import type { Revertible, Savepoint } from '../../internal/savepoint.js';
import { arrayFrom, countFrom } from '../../internal/state.js';
import type { SavedState, StateArray } from '../../types.js';

/** More than any network has; a damaged count is refused before memory is allocated. */
const MOST_VARIABLES = 1_000_000;

/** The slots of one variable, by name. */
export type Slots = Readonly<Record<string, Tensor>>;

/** The slots of a state, read and checked: entries by key, and the number of variables. */
export interface SavedSlots {
  readonly count: number;
  readonly entries: readonly (readonly [key: string, arrays: Record<string, StateArray>])[];
}

const ADVICE = 'Make one optimizer per network, and always pass the same list of variables.';

/**
 * The slots of an optimizer, and the list of variables that they belong to.
 *
 * Slots follow the identity of a variable. In a state they are keyed by its path, if known, else by its
 * position in the list of the first step. A restored state waits under those keys until a step passes the
 * variables.
 */
export class SlotStore implements Revertible {
  private readonly keys = new Map<Variable, string>();
  private readonly slots = new Map<string, Slots>();
  private paths: ReadonlyMap<Variable, string> = new Map();
  /** Number of variables of a restored state, until a step passes them. */
  private waiting: number | undefined;

  /**
   * @param required Slots that each variable has.
   * @param optional Slots that come and go.
   */
  constructor(
    private readonly required: readonly string[],
    private readonly optional: readonly string[],
  ) {}

  /** Returns the number of variables. */
  get count(): number {
    return this.waiting ?? this.keys.size;
  }

  /** Sets the paths that key slots in a state; those of other variables change nothing. */
  name(paths: ReadonlyMap<Variable, string>): void {
    this.paths = paths;
    const bound = [...this.keys];
    const keys = this.keysOf(bound.map(([variable]) => variable));
    const slots = bound.map(([, key]) => this.slots.get(key)!);
    if (bound.length === 0) return; // waiting slots keep the keys of their state
    this.slots.clear();
    bound.forEach(([variable], i) => {
      this.keys.set(variable, keys[i]!);
      this.slots.set(keys[i]!, slots[i]!);
    });
  }

  /** Returns paths if all variables have one, else positions. */
  private keysOf(variables: readonly Variable[]): string[] {
    const paths = variables.map((variable) => this.paths.get(variable));
    return paths.every((path) => path !== undefined) ? paths : variables.map((_, i) => `${i}`);
  }

  /**
   * Fixes the list of variables at the first step, and refuses other lists later.
   *
   * @param start Makes the slots that a variable starts with.
   */
  bind(where: string, variables: readonly Variable[], start: (variable: Variable) => Slots): void {
    const rule = 'the gradients of the variables of the first step, each once';
    const names = variables.map(({ name }) => name);
    if (variables.length === 0 || new Set(variables).size < variables.length)
      fail('value', where, 'gradients', rule, names, ADVICE);
    if (this.keys.size > 0) {
      const known = variables.every((variable) => this.keys.has(variable));
      if (!known || variables.length !== this.keys.size)
        fail('value', where, 'gradients', rule, names, ADVICE);
      return;
    }
    const slots =
      this.waiting === undefined
        ? tidy(() => variables.map(start)).map(kept)
        : this.restored(where, variables);
    const keys = this.keysOf(variables);
    this.slots.clear();
    variables.forEach((variable, i) => {
      this.keys.set(variable, keys[i]!);
      this.slots.set(keys[i]!, slots[i]!);
    });
    this.waiting = undefined;
  }

  /** Returns the slots that wait for these variables. */
  private restored(where: string, variables: readonly Variable[]): Slots[] {
    const isByPosition = arePositions(this.slots.keys());
    const found = variables.map((variable, i) =>
      this.slots.get(isByPosition ? `${i}` : (this.paths.get(variable) ?? '')),
    );
    const fits = (slots: Slots | undefined, { shape }: Variable) =>
      this.required.every((slot) => slots?.[slot] !== undefined) &&
      Object.values(slots ?? {}).every((one) => one.shape.join() === shape.join());
    if (this.waiting !== variables.length || !variables.every((one, i) => fits(found[i], one))) {
      const restored = `the ${this.waiting} variables of the restored state`;
      const order = isByPosition ? ', in its order' : ', by their paths in the network';
      fail('state', where, 'gradients', `those of ${restored}${order}`, variables, ADVICE);
    }
    return found.map((slots) => slots ?? {});
  }

  /** Forgets the list of a first step that failed; restored slots wait again. */
  unbind(isRestored: boolean): void {
    const { size } = this.keys;
    if (!isRestored) return this.clear();
    this.keys.clear();
    this.waiting = size;
  }

  /** Returns whether the list of variables is fixed. */
  get isBound(): boolean {
    return this.keys.size > 0;
  }

  /** Returns whether a restored state waits for its variables. */
  get isWaiting(): boolean {
    return this.waiting !== undefined;
  }

  /** Returns the slots of a variable, owned by the store; undefined for an unknown variable. */
  get(variable: Variable): Slots | undefined {
    const key = this.keys.get(variable) ?? this.paths.get(variable);
    return key === undefined ? undefined : this.slots.get(key);
  }

  /** Replaces the slots of a listed variable, and frees its earlier ones. */
  set(variable: Variable, slots: Slots): void {
    const key = this.keys.get(variable)!;
    const before = Object.values(this.slots.get(key)!);
    const after = Object.values(slots);
    after.forEach(keep);
    this.slots.set(key, slots);
    for (const one of before) if (!after.includes(one)) one.dispose();
  }

  /** Lists all slots. */
  list(): Tensor[] {
    return [...this.slots.values()].flatMap((slots) => Object.values(slots));
  }

  /** Returns all slots, under `key/slot`. */
  tensors(): Record<string, Tensor> {
    return Object.fromEntries(
      [...this.slots].flatMap(([key, slots]) =>
        Object.entries(slots).map(([slot, one]) => [`${key}/${slot}`, one] as const),
      ),
    );
  }

  /** Reads the slots of a state, keyed by paths or positions; refuses those that do not fit. */
  read(where: string, state: SavedState): SavedSlots {
    const count = countFrom(where, state, 'variables');
    const bound = [...this.keys];
    const refuseCount = (rule: string): never =>
      fail('state', where, "state.values['variables']", rule, count);
    if (count > 0 && bound.length > 0 && count !== bound.length) refuseCount(`${bound.length}`);
    if (count > MOST_VARIABLES) refuseCount(`at most ${MOST_VARIABLES}`);
    const saved = keysIn(state);
    const isByPosition = arePositions(saved);
    const entry = (from: string, to: string, shape: readonly number[] | undefined) => {
      const present = this.optional.filter((slot) => `${from}/${slot}` in state.arrays);
      const arrays = [...this.required, ...present].map(
        (slot) => [slot, arrayFrom(where, state, `${from}/${slot}`, shape)] as const,
      );
      return [to, Object.fromEntries(arrays)] as const;
    };
    if (count === 0) return { count, entries: [] };
    if (bound.length > 0) {
      const entries = bound.map(([{ shape }, key], i) =>
        entry(isByPosition ? `${i}` : key, key, shape),
      );
      return { count, entries };
    }
    const keys = isByPosition ? Array.from({ length: count }, (_, i) => `${i}`) : [...saved];
    if (this.required.length > 0 && keys.length !== count) refuseCount(`${keys.length}`);
    const shapes = new Map([...this.paths].map(([{ shape }, path]) => [path, shape]));
    if (!isByPosition && shapes.size > 0)
      for (const key of keys)
        if (!shapes.has(key))
          fail('state', where, `state.arrays['${key}/…']`, 'of a weight that is here', key);
    return { count, entries: keys.map((key) => entry(key, key, shapes.get(key))) };
  }

  /** Replaces all slots by those of a state that was read. */
  replace({ count, entries }: SavedSlots): void {
    const made = entries.map(([key, arrays]) => [key, tensorsOf(arrays)] as const);
    for (const slots of this.slots.values()) dispose(slots);
    this.slots.clear();
    for (const [key, slots] of made) this.slots.set(key, slots);
    if (count === 0) this.keys.clear();
    this.waiting = count > 0 && this.keys.size === 0 ? count : undefined;
  }

  savepoint(): Savepoint {
    const keys = [...this.keys];
    const { waiting } = this;
    const slots = [...this.slots].map(([key, now]) => {
      const pasts = Object.values(now).map((one) => pastValue(one));
      return { key, names: Object.keys(now), pasts };
    });
    return {
      rollback: () => {
        this.clear();
        for (const [variable, key] of keys) this.keys.set(variable, key);
        for (const { key, names, pasts } of slots)
          this.slots.set(key, Object.fromEntries(pasts.map((past, i) => [names[i]!, past.take()])));
        this.waiting = waiting;
      },
      release: () => slots.forEach(({ pasts }) => freeAll(pasts)),
    };
  }

  /** Frees all slots; keeps the paths. */
  clear(): void {
    for (const slots of this.slots.values()) dispose(slots);
    this.slots.clear();
    this.keys.clear();
    this.waiting = undefined;
  }
}

const mapped = <A, B>(record: Readonly<Record<string, A>>, f: (one: A) => B): Record<string, B> =>
  Object.fromEntries(Object.entries(record).map(([name, one]) => [name, f(one)]));

const kept = (slots: Slots): Slots => mapped(slots, keep);

const tensorsOf = (arrays: Readonly<Record<string, StateArray>>): Slots =>
  mapped(arrays, ({ data, shape }) => keep(tensor(data.slice(), [...shape], 'float32')));

/** Returns the keys of a state, whose arrays are named `key/slot`. */
const keysIn = ({ arrays }: SavedState): Set<string> =>
  new Set(Object.keys(arrays).map((key) => key.slice(0, key.lastIndexOf('/'))));

/** Returns whether keys are positions and not paths, which have a slash. */
const arePositions = (keys: Iterable<string>): boolean =>
  [...keys].every((key) => /^\d+$/.test(key));
