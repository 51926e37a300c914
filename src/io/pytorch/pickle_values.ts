/** What a pickle of PyTorch can hold: Python's plain values, and the few classes that are known. */
export type PickleValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | PickleValue[]
  | Tuple
  | Dict
  | Callable
  | StorageType
  | Storage
  | TensorView;

/** A dict, ordered or not: both keep their order. */
export type Dict = Map<string | number | boolean | bigint | null, PickleValue>;

/** A tuple, or a torch.Size. */
export class Tuple {
  constructor(readonly items: readonly PickleValue[]) {}
}

/** A function or class that a pickle may call. */
export class Callable {
  constructor(
    readonly name: string,
    readonly call: (args: readonly PickleValue[]) => PickleValue,
  ) {}
}

/** A class such as torch.FloatStorage. */
export class StorageType {
  constructor(
    readonly name: string,
    /** The dtype's name in the safetensors format. */
    readonly dtype: string,
  ) {}
}

/** A piece of memory that tensors look at; its bytes are elsewhere in the file. */
export interface StorageRecord {
  readonly key: string;
  readonly type: StorageType;
  /** How many elements the whole storage has. */
  readonly elements: number;
}

/** A storage, or a part of one: old files have views of storages. */
export class Storage {
  constructor(
    readonly record: StorageRecord,
    /** The first element of the part, and how many it has. */
    readonly start: number,
    readonly elements: number,
  ) {}
}

/** A tensor as a file has it: a storage and which elements of it. */
export class TensorView {
  constructor(
    readonly storage: Storage,
    /** Where the tensor begins in its storage, in elements. */
    readonly offset: number,
    readonly shape: readonly number[],
    /** How far apart neighbours along each axis are, in elements. */
    readonly strides: readonly number[],
  ) {}
}

/** A value in words, for messages. */
export function describe(value: PickleValue): string {
  if (value === null) return 'None';
  if (Array.isArray(value)) return 'a list';
  if (value instanceof Tuple) return 'a tuple';
  if (value instanceof Map) return 'a dict';
  if (value instanceof Uint8Array) return 'bytes';
  if (value instanceof Callable || value instanceof StorageType) return `the class ${value.name}`;
  if (value instanceof Storage) return 'a storage';
  if (value instanceof TensorView) return 'a tensor';
  return typeof value === 'string' ? 'a text' : `the ${typeof value} ${value}`;
}
