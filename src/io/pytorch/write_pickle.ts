import type { StateArray } from '../../types.js';
import { dtypeOf } from '../safetensors_dtypes.js';

/** A number that Python reads as a float, even if it is whole. */
export class Float {
  constructor(readonly value: number) {}
}

/** A tuple of Python. */
export class TupleOf {
  constructor(readonly items: readonly Writable[]) {}
}

/** A dict of Python, whose keys keep their order. */
export type WritableDict = ReadonlyMap<string | number, Writable>;

/** A value that a file for `torch.load(…, weights_only=True)` may have. */
export type Writable =
  | null
  | boolean
  | number
  | string
  | Float
  | TupleOf
  | readonly Writable[]
  | WritableDict
  | StateArray;

/** A pickle, and the arrays that it refers to by their place. */
export interface WrittenPickle {
  readonly bytes: Uint8Array;
  readonly arrays: readonly StateArray[];
}

/** The storage classes by dtype. */
const STORAGES = { F32: 'FloatStorage', I64: 'LongStorage', I32: 'IntStorage' } as const;

const encoder = new TextEncoder();

/** A writer of the pickle protocol 2, as far as PyTorch's state_dicts need it; equal values give equal bytes. */
class PickleWriter {
  private bytes = new Uint8Array(2 ** 16);
  private size = 0;
  readonly arrays: StateArray[] = [];

  get written(): Uint8Array {
    return this.bytes.slice(0, this.size);
  }

  put(part: ArrayLike<number>): void {
    if (this.size + part.length > this.bytes.length) {
      const larger = new Uint8Array(2 * (this.size + part.length));
      larger.set(this.bytes.subarray(0, this.size));
      this.bytes = larger;
    }
    this.bytes.set(part, this.size);
    this.size += part.length;
  }

  /** Puts an operation, its letter in protocol 2. */
  private op(letter: string): void {
    this.put([letter.charCodeAt(0)]);
  }

  private global(module: string, name: string): void {
    this.put(encoder.encode(`c${module}\n${name}\n`));
  }

  value(value: Writable): void {
    if (value === null) this.op('N');
    else if (typeof value === 'boolean') this.op(value ? '\x88' : '\x89');
    else if (typeof value === 'string') this.text(value);
    else if (typeof value === 'number') this.number(value);
    else if (value instanceof Float) this.float(value.value);
    else if (value instanceof TupleOf) this.tuple(value.items);
    else if (isList(value)) this.list(value);
    else if (isDict(value)) this.dict(value);
    else this.tensor(value);
  }

  private text(text: string): void {
    const utf8 = encoder.encode(text);
    this.op('X');
    this.put(littleEndian(utf8.length, 4));
    this.put(utf8);
  }

  private number(value: number): void {
    if (!Number.isSafeInteger(value) || Object.is(value, -0)) return this.float(value);
    if (value >= 0 && value < 256) return this.put([0x4b, value]);
    if (Math.abs(value) < 2 ** 31) return this.put([0x4a, ...littleEndian(value, 4)]);
    this.put([0x8a, 8, ...littleEndian(value, 8)]);
  }

  private float(value: number): void {
    const big = new DataView(new ArrayBuffer(8));
    big.setFloat64(0, value);
    this.op('G');
    this.put(new Uint8Array(big.buffer));
  }

  private tuple(items: readonly Writable[]): void {
    if (items.length === 0) return this.op(')');
    this.op('(');
    items.forEach((item) => this.value(item));
    this.op('t');
  }

  private list(items: readonly Writable[]): void {
    this.op(']');
    this.op('(');
    items.forEach((item) => this.value(item));
    this.op('e');
  }

  private dict(dict: WritableDict): void {
    this.op('}');
    this.op('(');
    for (const [key, value] of dict) {
      this.value(key);
      this.value(value);
    }
    this.op('u');
  }

  /** Writes a call of `_rebuild_tensor_v2(storage, 0, size, stride, False, OrderedDict())`. */
  private tensor(array: StateArray): void {
    const place = this.arrays.push(array) - 1;
    this.global('torch._utils', '_rebuild_tensor_v2');
    this.op('(');
    this.op('(');
    this.text('storage');
    this.global('torch', STORAGES[dtypeOf(array)]);
    this.text(`${place}`);
    this.text('cpu');
    this.number(array.data.length);
    this.op('t');
    this.op('Q');
    this.number(0);
    this.tuple(array.shape);
    this.tuple(stridesOf(array.shape));
    this.op('\x89');
    this.global('collections', 'OrderedDict');
    this.op(')');
    this.op('R');
    this.op('t');
    this.op('R');
  }
}

const isList = (value: Writable): value is readonly Writable[] => Array.isArray(value);
const isDict = (value: Writable): value is WritableDict => value instanceof Map;

/** Returns the bytes of an integer in two's complement. */
function littleEndian(value: number, count: number): Uint8Array {
  const view = new DataView(new ArrayBuffer(8));
  view.setBigInt64(0, BigInt(value), true);
  return new Uint8Array(view.buffer, 0, count);
}

/** Returns the distances between neighbours along each axis of an array in a row. */
function stridesOf(shape: readonly number[]): number[] {
  const strides = shape.map(() => 1);
  for (let axis = shape.length - 2; axis >= 0; axis--)
    strides[axis] = strides[axis + 1]! * Math.max(shape[axis + 1]!, 1);
  return strides;
}

/** Writes a value as the pickle of a PyTorch file. */
export function writePickle(value: Writable): WrittenPickle {
  const writer = new PickleWriter();
  writer.put([0x80, 2]);
  writer.value(value);
  writer.put([0x2e]);
  return { bytes: writer.written, arrays: writer.arrays };
}
