/*
 * Kinds of values, whatever realm they were made in. A test runner's sandbox, an iframe and `node:vm`
 * have separate classes, so that values from there, including Node's files and WebAssembly memory, are
 * not instances of the classes here.
 */

type Brand<T> = (value: unknown) => value is T;

/** The getter of the kind of a typed array of any realm; `undefined` for any other value. */
const kind = Object.getOwnPropertyDescriptor(
  Object.getPrototypeOf(Uint8Array.prototype) as object,
  Symbol.toStringTag,
)!;

const ofKind =
  <T>(name: string): Brand<T> =>
  (value): value is T =>
    kind.get!.call(value) === name;

export const isUint8Array: Brand<Uint8Array> = ofKind('Uint8Array');
export const isUint16Array: Brand<Uint16Array> = ofKind('Uint16Array');
export const isInt32Array: Brand<Int32Array> = ofKind('Int32Array');
export const isFloat32Array: Brand<Float32Array> = ofKind('Float32Array');
export const isFloat64Array: Brand<Float64Array> = ofKind('Float64Array');

const tagged =
  <T>(name: string): Brand<T> =>
  (value): value is T =>
    Object.prototype.toString.call(value) === `[object ${name}]`;

export const isArrayBuffer: Brand<ArrayBuffer> = tagged('ArrayBuffer');
export const isSharedArrayBuffer: Brand<SharedArrayBuffer> = tagged('SharedArrayBuffer');

/** Tells whether a value is a promise of any kind. */
export const isPromise = (value: unknown): value is PromiseLike<unknown> =>
  typeof (value as PromiseLike<unknown> | null | undefined)?.then === 'function';
