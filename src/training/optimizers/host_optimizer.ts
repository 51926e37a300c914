import { dispose, tensor, variable } from '@tensorflow/tfjs-core';
import type { Optimizer, Tensor, Variable } from '@tensorflow/tfjs-core';
import { fail } from '../../internal/check.js';
import { assignPast, freeAll, pastValue } from '../../internal/past_value.js';
import type { Revertible, Savepoint } from '../../internal/savepoint.js';
import { arrayFrom, arraysOf, countFrom, numberFrom } from '../../internal/state.js';
import type { SavedState, StateArray, Stateful } from '../../types.js';
import { checkSavedOptions } from './saved_options.js';

/** Fields in which each tfjs optimizer keeps its moments: lists with one entry per variable, or one variable. */
const MOMENTS: Readonly<Record<string, readonly string[]>> = {
  SGD: [],
  Momentum: ['accumulations'],
  Adagrad: ['accumulatedGrads'],
  Adadelta: ['accumulatedGrads', 'accumulatedUpdates'],
  RMSProp: ['accumulatedMeanSquares', 'accumulatedMoments', 'accumulatedMeanGrads'],
  Adam: ['accumulatedFirstMoment', 'accumulatedSecondMoment', 'accBeta1', 'accBeta2'],
  Adamax: ['accumulatedFirstMoment', 'accumulatedWeightedInfNorm', 'iteration', 'accBeta1'],
};

/** An entry of a list of moments in tfjs. */
interface Entry {
  readonly originalName: string;
  readonly variable: Variable;
}
type Fields = Record<string, Entry[] | Variable>;
type Inside = { iterations_?: number; learningRate?: number; setLearningRate?(rate: number): void };

/** The part of a state for one field: its arrays in the order of the list, and their owners. */
type Saved = readonly { readonly originalName: string; readonly array: StateArray }[];

/**
 * The moments of a tfjs optimizer, as a component with a state.
 *
 * They are read from its fields. Its own `getWeights` and `setWeights` lose the accumulated bias correction of Adam,
 * which is then recomputed and differs in the last bit, and Adamax has neither.
 */
export class HostOptimizer implements Stateful, Revertible {
  /** @param paths Paths of variables in their networks; without them a state is keyed by positions. */
  constructor(
    private readonly optimizer: Optimizer,
    private readonly paths: () => ReadonlyMap<Variable, string> = () => new Map(),
  ) {}

  /**
   * Returns a copy of the moments, under `field/path` or `field/position`, step and settings; and the position of each
   * path, since tfjs uses positions in the list of gradients.
   */
  async state(): Promise<SavedState> {
    const { optimizer } = this;
    const fields = this.fields('state');
    const { learningRate, ...config } = this.config();
    const values = {
      ...config,
      optimizer: optimizer.getClassName(),
      learningRate: learningRate!,
      step: optimizer.iterations,
    };
    const keyed = this.keyed(fields);
    const tensors = keyed.flatMap(({ name, keys, variables }) =>
      variables.map((one, i) => [`${name}/${keys[i]!}`, one as Tensor] as const),
    );
    const positions = keyed.flatMap(({ keys }) =>
      keys.flatMap((key, i) => (isPosition(key) ? [] : [[POSITION + key, i] as const])),
    );
    return {
      values: { ...values, ...Object.fromEntries(positions) },
      arrays: await arraysOf(Object.fromEntries(tensors)),
    };
  }

  /** Restores a state of an optimizer of the same kind and settings, and its learning rate. */
  async restore(state: SavedState): Promise<void> {
    const where = 'Optimizer.restore';
    const fields = this.fields('restore');
    const own = { ...this.config(), optimizer: this.optimizer.getClassName() };
    checkSavedOptions(where, own, state, ['learningRate', 'epsilon']); // the default of ε is the backend's
    const [learningRate, step] = [
      numberFrom(where, state, 'learningRate'),
      countFrom(where, state, 'step'),
    ];
    const saved = Object.entries(fields).map(
      ([name, field]) => [field, this.savedOf(where, state, name, field)] as const,
    );
    for (const [field, entries] of saved)
      if (Array.isArray(field)) refill(field, entries);
      else assign(field, entries[0]!.array);
    const inside = this.optimizer as unknown as Inside;
    inside.iterations_ = step;
    if (inside.setLearningRate === undefined) inside.learningRate = learningRate;
    else inside.setLearningRate(learningRate);
  }

  /** Remembers the moments by a second reference. An optimizer of another kind stays as it is. */
  savepoint(): Savepoint {
    const inside = this.optimizer as unknown as Inside;
    const { iterations_: step } = inside;
    const copies = Object.values(this.known() ?? {}).map((field) => {
      const variables = variablesOf(field);
      const before = variables.map((one) => pastValue(one as Tensor));
      return { field, variables, before };
    });
    return {
      rollback() {
        for (const { field, variables, before } of copies) {
          if (Array.isArray(field))
            dispose(field.splice(variables.length).map((entry) => entry.variable));
          variables.forEach((one, i) => assignPast(one, before[i]!));
        }
        if (step === undefined) delete inside.iterations_;
        else inside.iterations_ = step;
      },
      release: () => copies.forEach(({ before }) => freeAll(before)),
    };
  }

  /** Lists the moments of each field with their keys in a state. */
  private keyed(fields: Fields) {
    const paths = byName(this.paths());
    return Object.entries(fields).map(([name, field]) => ({
      ...{ name, keys: keysOf(field, paths), variables: variablesOf(field) },
    }));
  }

  /** Reads the moments of one field, checked against current shapes; none in a state from before the first step. */
  private savedOf(
    where: string,
    state: SavedState,
    name: string,
    field: Entry[] | Variable,
  ): Saved {
    const here = variablesOf(field);
    const prefix = `${name}/`;
    const saved = Object.keys(state.arrays)
      .filter((key) => key.startsWith(prefix))
      .map((key) => key.slice(prefix.length));
    const count = saved.length;
    const isFixed = !Array.isArray(field) || (here.length > 0 && count > 0);
    if (isFixed && count !== here.length)
      fail('state', where, name, `of ${here.length} variables`, count);
    const isByPosition = saved.every(isPosition);
    const paths = byName(this.paths());
    const known = new Map([...paths].map(([owner, path]) => [path, owner]));
    if (!isByPosition)
      for (const key of saved)
        if (!known.has(key))
          fail('state', where, `state.arrays['${prefix}${key}']`, 'of a weight that is here', key);
    const place = (key: string) => countFrom(where, state, POSITION + key);
    const own = keysOf(field, paths);
    const keys = isByPosition
      ? saved.map((_, i) => `${i}`)
      : isFixed && !own.every(isPosition)
        ? own
        : saved.sort((a, b) => place(a) - place(b));
    return keys.map((key, i) => ({
      originalName:
        (Array.isArray(field) ? field[i]?.originalName : undefined) ??
        `${known.get(key) ?? 'moment'}/${i}`,
      array: arrayFrom(where, state, `${prefix}${key}`, here[i]?.shape),
    }));
  }

  private config(): Record<string, number | boolean> {
    return this.optimizer.getConfig() as Record<string, number | boolean>;
  }

  /** Returns the moments by the names of tfjs's fields; undefined for an unknown optimizer. */
  private known(): Fields | undefined {
    const names = MOMENTS[this.optimizer.getClassName()];
    const inside = this.optimizer as unknown as Partial<Fields>;
    if (names?.every((name) => inside[name] !== undefined) !== true) return undefined;
    return Object.fromEntries(names.map((name) => [name, inside[name]!]));
  }

  private fields(member: string): Fields {
    return (
      this.known() ??
      fail(
        'state',
        `Optimizer.${member}`,
        'optimizer',
        'one whose moments are known: of gan-kit, of tfjs, or with state() and restore()',
        this.optimizer.getClassName(),
        'Extend SlotOptimizer, or give the class both methods; a checkpoint would lose its moments.',
      )
    );
  }
}

const variablesOf = (field: Entry[] | Variable): readonly Variable[] =>
  Array.isArray(field) ? field.map((entry) => entry.variable) : [field];

/** Prefix of the key that holds the position of a path. */
const POSITION = 'position/';

const isPosition = (key: string): boolean => /^\d+$/.test(key);

const byName = (paths: ReadonlyMap<Variable, string>): ReadonlyMap<string, string> =>
  new Map([...paths].map(([{ name }, path]) => [name, path]));

/** Returns the keys of a field's moments: paths if all of them have one, else positions. */
function keysOf(field: Entry[] | Variable, paths: ReadonlyMap<string, string>): string[] {
  if (!Array.isArray(field)) return ['0'];
  const found = field.map(({ originalName }) => paths.get(ownerOf(originalName)));
  return found.every((path) => path !== undefined) ? found : found.map((_, i) => `${i}`);
}

/** Maps `conv/kernel/m` to `conv/kernel`: tfjs adds its own word to the name of the variable. */
const ownerOf = (originalName: string): string =>
  originalName.slice(0, originalName.lastIndexOf('/'));

const toTensor = ({ data, shape }: StateArray) => tensor(data.slice(), [...shape], 'float32');

function assign(target: Variable, array: StateArray): void {
  const value = toTensor(array);
  target.assign(value);
  value.dispose();
}

function refill(list: Entry[], saved: Saved): void {
  dispose(list.splice(0).map((entry) => entry.variable));
  for (const { originalName, array } of saved) {
    const value = toTensor(array);
    list.push({ originalName, variable: variable(value, false) });
    value.dispose();
  }
}
