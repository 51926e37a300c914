import { clone, dispose, keep, tensor, tidy } from '@tensorflow/tfjs-core';
import type { Tensor, Variable } from '@tensorflow/tfjs-core';
import { fail } from '../../internal/check.js';
import type { Revertible, Savepoint } from '../../internal/savepoint.js';
import { arrayFrom, countFrom } from '../../internal/state.js';
import type { SavedState, StateArray } from '../../types.js';

/** More than any network has; a damaged count ends here, before memory is asked for. */
const MOST_VARIABLES = 1_000_000;

/** The slots of one variable, by name. */
export type Slots = Readonly<Record<string, Tensor>>;

/** What a state says of slots, read and checked: entries by key, and of how many variables. */
export interface SavedSlots {
  readonly count: number;
  readonly entries: readonly (readonly [key: string, arrays: Record<string, StateArray>])[];
}

const ADVICE = 'Make one optimizer per network, and always pass the same list of variables.';

/**
 * The slots of an optimizer, and the list of variables that they belong to.
 *
 * Slots follow the identity of a variable. In a state they stand under its path, where paths are known, or
 * else under its position in the list of the first step. A restored state waits by those keys until a step
 * brings the variables.
 */
export class SlotStore implements Revertible {
  private readonly keys = new Map<Variable, string>();
  private readonly slots = new Map<string, Slots>();
  private paths: ReadonlyMap<Variable, string> = new Map();
  /** How many variables a restored state is of, until a step brings them. */
  private waiting: number | undefined;

  /**
   * @param required Slots that each variable has.
   * @param optional Slots that come and go.
   */
  constructor(
    private readonly required: readonly string[],
    private readonly optional: readonly string[],
  ) {}

  /** How many variables there are. */
  get count(): number {
    return this.waiting ?? this.keys.size;
  }

  /** Tells the paths under which slots stand in a state; those of other variables change nothing. */
  name(paths: ReadonlyMap<Variable, string>): void {
    this.paths = paths;
    const bound = [...this.keys];
    const keys = this.keysOf(bound.map(([variable]) => variable));
    const slots = bound.map(([, key]) => this.slots.get(key)!);
    if (bound.length === 0) return; // what waits has the keys of its state
    this.slots.clear();
    bound.forEach(([variable], i) => {
      this.keys.set(variable, keys[i]!);
      this.slots.set(keys[i]!, slots[i]!);
    });
  }

  /** Paths where all variables have one, or else positions. */
  private keysOf(variables: readonly Variable[]): string[] {
    const paths = variables.map((variable) => this.paths.get(variable));
    return paths.every((path) => path !== undefined) ? paths : variables.map((_, i) => `${i}`);
  }

  /**
   * Fixes the list of variables at the first step, and holds later ones to it.
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

  /** The slots that wait for these variables. */
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

  /** Forgets the list of a first step that was not made; what was restored waits again. */
  unbind(isRestored: boolean): void {
    const { size } = this.keys;
    if (!isRestored) return this.clear();
    this.keys.clear();
    this.waiting = size;
  }

  /** Whether the list of variables is fixed. */
  get isBound(): boolean {
    return this.keys.size > 0;
  }

  /** Whether a restored state waits for its variables. */
  get isWaiting(): boolean {
    return this.waiting !== undefined;
  }

  /** The slots of a variable, which stay the store's; undefined of one that it does not know. */
  get(variable: Variable): Slots | undefined {
    const key = this.keys.get(variable) ?? this.paths.get(variable);
    return key === undefined ? undefined : this.slots.get(key);
  }

  /** Replaces the slots of a variable of the list, and frees those that it had before. */
  set(variable: Variable, slots: Slots): void {
    const key = this.keys.get(variable)!;
    const before = Object.values(this.slots.get(key)!);
    const after = Object.values(slots);
    after.forEach(keep);
    this.slots.set(key, slots);
    for (const one of before) if (!after.includes(one)) one.dispose();
  }

  /** All slots, under `key/slot`. */
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

  /** Takes over what was read. */
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
    // clones share their data
    const slots = [...this.slots].map(
      ([key, before]) => [key, mapped(before, (one) => keep(clone(one)))] as const,
    );
    return {
      rollback: () => {
        this.clear();
        for (const [variable, key] of keys) this.keys.set(variable, key);
        for (const [key, before] of slots) this.slots.set(key, before);
        this.waiting = waiting;
      },
      release: () => slots.forEach(([, before]) => dispose(before)),
    };
  }

  /** Frees all slots; paths stay known. */
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

/** The keys of a state, whose arrays stand under `key/slot`. */
const keysIn = ({ arrays }: SavedState): Set<string> =>
  new Set(Object.keys(arrays).map((key) => key.slice(0, key.lastIndexOf('/'))));

/** Whether keys are positions and not paths, which have a slash. */
const arePositions = (keys: Iterable<string>): boolean =>
  [...keys].every((key) => /^\d+$/.test(key));
