import type { ElementType } from './element_types.js';

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
  | ElementType
  | StorageType
  | Storage
  | TensorView
  | Opaque;

/** A dict, ordered or not: both keep their order. Texts and numbers are keys by value, others by identity. */
export type Dict = Map<PickleValue, PickleValue>;

/** Sets a key, unless it is one that Python cannot have. */
export function setKey(dict: Dict, key: PickleValue, value: PickleValue): boolean {
  if (Array.isArray(key) || key instanceof Map) return false;
  dict.set(key, value);
  return true;
}

/** A tuple, or a torch.Size. */
export class Tuple {
  constructor(readonly items: readonly PickleValue[]) {}
}

/** A function or class that is known, and may be called. */
export class Callable {
  constructor(
    readonly name: string,
    readonly call: (args: readonly PickleValue[]) => PickleValue,
  ) {}
}

/**
 * What is not read: an unknown class or function, or anything made of one. It stands for itself, keeps
 * nothing of what it was given, and is refused where it is asked for.
 */
export class Opaque {
  constructor(
    /** What it is, in words. */
    public what: string,
    /** What to do in Python instead. */
    public advice?: string,
    /** What a call of it makes; the call itself is not run. */
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
    readonly type: ElementType,
    /** Where the tensor begins in its storage, in elements. */
    readonly offset: number,
    readonly shape: readonly number[],
    /** How far apart neighbours along each axis are, in elements. */
    readonly strides: readonly number[],
  ) {}
}
