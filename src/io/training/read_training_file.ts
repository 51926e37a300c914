import { fail } from '../../internal/check.js';
import type { StateArray, StateValue } from '../../types.js';
import type { CheckpointExtra } from '../checkpoint.js';
import { describe } from '../pytorch/describe.js';
import { openTorchFile } from '../pytorch/open_torch_file.js';
import { TensorView, Tuple } from '../pytorch/pickle_values.js';
import type { Dict, PickleValue } from '../pytorch/pickle_values.js';
import { readTensors } from '../pytorch/read_tensors.js';

/** The word that marks a training file. */
export const FORMAT = 'gan-kit training';
/** The version of the format. */
export const VERSION = 1;

/** Numbers and arrays by name: of a parameter, or of an average. */
export type Values = ReadonlyMap<string, StateArray | StateValue>;
type StateDict = Readonly<Record<string, StateArray>>;

/** An optimizer as a file has it. */
export interface OptimizerInFile {
  /** The options of its group of parameters. */
  readonly group: Values;
  /** What it holds of each parameter, in the order of the group; undefined before its first step. */
  readonly moments: readonly (Values | undefined)[];
  /** What rounding has lost, by the position of the parameter and the slot. */
  readonly rounded: ReadonlyMap<number, ReadonlyMap<string, Values>>;
}

/** What a training file has. */
export interface TrainingFile {
  readonly system: Values;
  readonly steps: number;
  readonly architectures: Readonly<Record<string, unknown>>;
  readonly networks: ReadonlyMap<string, StateDict>;
  readonly optimizers: ReadonlyMap<string, OptimizerInFile>;
  readonly average: { readonly stateDict: StateDict; readonly updates: unknown } | undefined;
  readonly extra: CheckpointExtra;
}

/** A reader of one file: it refuses what is not where the format has it, and reads the tensors that it has met. */
class FileReader {
  private readonly tensors = new Map<TensorView, string>();

  constructor(
    private readonly where: string,
    private readonly root: PickleValue,
  ) {}

  refuse(rule: string, received: unknown, advice?: string): never {
    fail('value', this.where, 'bytes', `a training file ${rule}`, received, advice);
  }

  /** Returns the value at a path; undefined if a dict on the way has no such key. */
  at(path: readonly (string | number)[]): PickleValue | undefined {
    let value: PickleValue | undefined = this.root;
    for (const key of path) {
      if (value === undefined) return undefined;
      const list: PickleValue = value;
      if (list instanceof Map) value = list.get(key);
      else if (Array.isArray(list)) value = (list as readonly PickleValue[])[key as number];
      else this.refuse(`with a dict or a list around ${path.join('.')}`, describe(list));
    }
    return value;
  }

  dict(path: readonly (string | number)[]): Dict {
    const value = this.at(path);
    if (value instanceof Map) return value;
    return this.refuse(`with a dict at ${path.join('.')}`, said(value));
  }

  /** Returns the keys of a dict, which are names. */
  names(path: readonly (string | number)[]): string[] {
    return [...this.dict(path).keys()].map((key) =>
      typeof key === 'string' ? key : this.refuse(`with names in ${path.join('.')}`, said(key)),
    );
  }

  /** Notes the tensors of a dict, and returns a function that gives its values once they are read. */
  values(path: readonly (string | number)[]): (arrays: Arrays) => Values {
    const entries = this.names(path).map((name) => {
      const value = this.at([...path, name])!;
      if (value instanceof TensorView) this.tensors.set(value, [...path, name].join('.'));
      return [name, value] as const;
    });
    const read = (value: PickleValue, arrays: Arrays) =>
      value instanceof TensorView ? arrays.get(value)! : plain(value);
    return (arrays) => new Map(entries.map(([name, value]) => [name, read(value, arrays)]));
  }

  /** Notes a dict of nothing but tensors. */
  stateDict(path: readonly (string | number)[]): (arrays: Arrays) => StateDict {
    for (const name of this.names(path)) {
      const value = this.at([...path, name]);
      if (!(value instanceof TensorView))
        this.refuse(`with tensors in ${path.join('.')}`, `${name}: ${said(value)}`);
    }
    const read = this.values(path);
    return (arrays) => Object.fromEntries(read(arrays)) as StateDict;
  }

  /** Returns the tensors that were met, with their places for messages. */
  get met(): (readonly [place: string, tensor: TensorView])[] {
    return [...this.tensors].map(([tensor, place]) => [place, tensor]);
  }
}

/** The arrays of the tensors of a file. */
type Arrays = ReadonlyMap<TensorView, StateArray>;

const said = (value: PickleValue | undefined): string =>
  value === undefined ? 'nothing' : describe(value);

/** Returns a number, a text, a constant, or a short list of them; what is anything else, in words. */
function plain(value: PickleValue): StateValue {
  if (value === null || ['number', 'string', 'boolean'].includes(typeof value))
    return value as StateValue;
  const items = value instanceof Tuple ? value.items : value;
  if (!Array.isArray(items) || items.some((item) => typeof item === 'object' && item !== null))
    return describe(value);
  return (items as readonly PickleValue[]).map(plain);
}

/** Reads a training file, whose tensors are read when all of its parts have been found. */
export async function readTrainingFile(
  where: string,
  bytes: Uint8Array | ArrayBuffer,
): Promise<TrainingFile> {
  const file = await openTorchFile(where, bytes);
  const reader = new FileReader(where, file.root);
  const format = file.root instanceof Map ? file.root.get('format') : undefined;
  if (format !== FORMAT)
    reader.refuse(
      `of exportTraining, with the format '${FORMAT}'`,
      said(format ?? file.root),
      'Read the state_dict of one network with readPth.',
    );
  const version = reader.at(['version']);
  if (version !== VERSION) reader.refuse(`of version ${VERSION}`, said(version));
  const steps = reader.at(['steps']);
  if (!Number.isSafeInteger(steps) || (steps as number) < 0)
    reader.refuse('whose steps are an integer >= 0', said(steps));

  const system = reader.values(['system']);
  const architectures = reader.values(['architectures']);
  const networks = each(reader.names(['networks']), (name) => reader.stateDict(['networks', name]));
  const optimizers = each(reader.names(['optimizers']), (name) => optimizerIn(reader, name));
  const average =
    reader.at(['ema']) === undefined ? undefined : reader.stateDict(['ema', 'state_dict']);
  const { met } = reader;
  const read = await readTensors(file, bytes.byteLength, met);
  const arrays = new Map(met.map(([, tensor], i) => [tensor, read[i]!]));
  return {
    system: system(arrays),
    steps: steps as number,
    architectures: Object.fromEntries(architectures(arrays)),
    networks: mapped(networks, (one) => one(arrays)),
    optimizers: mapped(optimizers, (one) => one(arrays)),
    average: average && { stateDict: average(arrays), updates: reader.at(['ema', 'updates']) },
    extra: extraIn(reader),
  };
}

/** Notes the tensors of an optimizer's state_dict. */
function optimizerIn(reader: FileReader, name: string): (arrays: Arrays) => OptimizerInFile {
  const path = ['optimizers', name];
  const groups = reader.at([...path, 'param_groups']);
  if (!Array.isArray(groups) || groups.length !== 1)
    reader.refuse(
      `with one group of parameters in ${path.join('.')}`,
      Array.isArray(groups) ? groups.length : said(groups),
    );
  const group = reader.values([...path, 'param_groups', 0]);
  const ids = reader.at([...path, 'param_groups', 0, 'params']);
  if (!Array.isArray(ids)) reader.refuse(`with a list of params in ${path.join('.')}`, said(ids));
  const state = reader.dict([...path, 'state']);
  const moments = (ids as readonly PickleValue[]).map((id) =>
    state.has(id) ? reader.values([...path, 'state', id as number]) : undefined,
  );
  const rounded = new Map<number, ReadonlyMap<string, (arrays: Arrays) => Values>>();
  if (reader.at(['rounded', name]) !== undefined)
    for (const at of reader.dict(['rounded', name]).keys()) {
      const place = ['rounded', name, at as number];
      rounded.set(
        at as number,
        each(reader.names(place), (slot) => reader.values([...place, slot])),
      );
    }
  return (arrays) => ({
    group: group(arrays),
    moments: moments.map((one) => one?.(arrays)),
    rounded: mapped(rounded, (slots) => mapped(slots, (one) => one(arrays))),
  });
}

/** Reads the values of the program, which are a JSON text. */
function extraIn(reader: FileReader): CheckpointExtra {
  const text = reader.at(['extra']) ?? '{}';
  try {
    const value: unknown = JSON.parse(text as string);
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return value as CheckpointExtra;
  } catch {
    // refused below
  }
  return reader.refuse('whose extra is the JSON text of an object', said(text));
}

const each = <T>(names: readonly string[], make: (name: string) => T): ReadonlyMap<string, T> =>
  new Map(names.map((name) => [name, make(name)]));

const mapped = <K, A, B>(map: ReadonlyMap<K, A>, make: (one: A) => B): Map<K, B> =>
  new Map([...map].map(([key, one]) => [key, make(one)]));
