import { isUint8Array } from '../../internal/brands.js';
import { ElementType } from './element_types.js';
import { Callable, Opaque, Storage, StorageType, TensorView, Tuple } from './pickle_values.js';
import type { PickleValue } from './pickle_values.js';
import { quote } from './refuse.js';

const constant = (value: boolean): string => (value ? 'True' : 'False');

/** Describes a value in words, for messages. */
export function describe(value: PickleValue): string {
  if (value === null) return 'None';
  if (Array.isArray(value)) return 'a list';
  if (value instanceof Tuple) return 'a tuple';
  if (value instanceof Map) return 'a dict';
  if (isUint8Array(value)) return 'bytes';
  if (value instanceof Callable || value instanceof StorageType) return `the class ${value.name}`;
  if (value instanceof ElementType) return `the dtype torch.${value.name}`;
  if (value instanceof Storage) return 'a storage';
  if (value instanceof TensorView) return 'a tensor';
  if (value instanceof Opaque) return value.what;
  if (typeof value === 'boolean') return `the constant ${constant(value)}`;
  return typeof value === 'string' ? 'a text' : `the number ${value}`;
}

/** Writes a key of a dict as Python does: `'a'`, `0`, `True`; describes other keys in words. */
export function keyName(key: PickleValue): string {
  if (typeof key === 'string') return quote(key);
  if (typeof key === 'number' || typeof key === 'bigint') return String(key);
  return typeof key === 'boolean' ? constant(key) : describe(key);
}
