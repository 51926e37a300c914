import { clone, keep } from '@tensorflow/tfjs-core';
import type { Rank, Tensor, Variable } from '@tensorflow/tfjs-core';

/** The value that a tensor had. Exactly one of the two methods is called, once. */
export interface PastValue<X extends Tensor = Tensor> {
  /** Returns a kept tensor with the value; it is the caller's. Nothing is allocated on the device. */
  take(): X;
  /** Frees what the value needs. */
  free(): void;
}

/** Remembers the value of a tensor, whose data it was made for. */
type Remember = (x: Tensor) => PastValue;

/** What remembers the values of data that is written in place, by the data. */
const rememberers = new WeakMap<object, Remember>();

/** Lets data that is written in place tell how its value is remembered; undefined: as that of any other data. */
export function rememberBy(dataId: object, remember: Remember | undefined): void {
  if (remember === undefined) rememberers.delete(dataId);
  else rememberers.set(dataId, remember);
}

/** Remembers the value of a tensor: by a second reference to its data, which nothing else writes to. */
export function pastValue<R extends Rank>(x: Tensor<R>): PastValue<Tensor<R>> {
  const remember = rememberers.get(x.dataId);
  if (remember !== undefined) return remember(x) as PastValue<Tensor<R>>;
  const held = keep(clone(x));
  return { take: () => held, free: () => held.dispose() };
}

/** Gives a variable a value that it had. */
export function assignPast(variable: Variable, past: PastValue): void {
  const value = past.take();
  variable.assign(value);
  value.dispose();
}

/** Takes the tensors of a list of values. */
export const takeAll = <X extends Tensor>(values: readonly PastValue<X>[]): X[] =>
  values.map((value) => value.take());

/** Frees a list of values. */
export function freeAll(values: readonly PastValue[]): void {
  for (const value of values) value.free();
}
