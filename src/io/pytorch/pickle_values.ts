import type { ElementType } from './element_types.js';

/** A value in a pickle of PyTorch: a plain value of Python, or an object of one of the few known classes. */
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
  | ElementType
  | StorageType
  | Storage
  | TensorView
  | Opaque;

/** A dict or an OrderedDict; both keep their order. Texts and numbers are keys by value, others by identity. */
export type Dict = Map<PickleValue, PickleValue>;

/** Sets a key and returns true; returns false if the key is a list or a dict, which Python does not allow. */
export function setKey(dict: Dict, key: PickleValue, value: PickleValue): boolean {
  if (Array.isArray(key) || key instanceof Map) return false;
  dict.set(key, value);
  return true;
}

/** A tuple, or a torch.Size. */
export class Tuple {
  constructor(readonly items: readonly PickleValue[]) {}
}

/** A known function or class, which a pickle may call. */
export class Callable {
  constructor(
    readonly name: string,
    readonly call: (args: readonly PickleValue[]) => PickleValue,
  ) {}
}

/**
 * A placeholder for something that is not read: an unknown class or function, or a value made with one. It keeps
 * nothing of its arguments, and is refused wherever its value is needed.
 */
export class Opaque {
  constructor(
    /** A description of it, for messages. */
    public what: string,
    /** What to do in Python instead. */
    public advice?: string,
    /** Makes the placeholder for the result of a call; nothing is called. */
    readonly made: (args: readonly PickleValue[]) => Opaque = () => new Opaque('an object'),
  ) {}
}

/** A class such as torch.FloatStorage. */
export class StorageType {
  constructor(
    readonly name: string,
    readonly elements: ElementType,
  ) {}
}

/** A block of memory that tensors refer to; its bytes are elsewhere in the file. */
export interface StorageRecord {
  readonly key: string;
  readonly type: StorageType;
  /** The number of elements in the whole storage. */
  readonly elements: number;
}

/** A storage or a part of one: old files contain views of storages. */
export class Storage {
  constructor(
    readonly record: StorageRecord,
    /** The first element of the part; `elements` is their number. */
    readonly start: number,
    readonly elements: number,
  ) {}
}

/** A tensor as a file describes it: a storage, and the positions of the elements in it. */
export class TensorView {
  constructor(
    readonly storage: Storage,
    readonly type: ElementType,
    /** The position of the first element in the storage, in elements. */
    readonly offset: number,
    readonly shape: readonly number[],
    /** The distances between neighbours along each axis, in elements. */
    readonly strides: readonly number[],
  ) {}
}
