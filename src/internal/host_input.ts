import { engine, getBackend, tensor } from '@tensorflow/tfjs-core';
import type { Scalar, Tensor } from '@tensorflow/tfjs-core';

/*
 * The door between the host and a training step. Whatever the host makes for a step or decides about it passes through
 * here, so that a recorded step can be given those of a later one.
 */

/** A stream of random numbers with a place. */
export interface Positioned {
  readonly position: number;
  seek(position: number): unknown;
}

/** Sees what passes the door. */
export interface HostObserver {
  /** Receives an upload: draws its numbers, and makes their tensor by `upload`. */
  input(draw: () => Float32Array, upload: (values: Float32Array) => Tensor): Tensor;
  /** Receives a decision, and makes it. */
  decision<T extends boolean | number>(decide: () => T): T;
  /** Receives a change of the host's state, and makes it. */
  effect(change: () => void): void;
  /** Hears that a stream is about to move: by a draw, or to another place. */
  moves(stream: Positioned, by: 'draw' | 'seek'): void;
  /** Hears that the number of the step was asked for. */
  asksForIndex(): void;
}

let observer: HostObserver | undefined;

/** Lets an observer see what passes the door while a function runs. */
export function observeHost<T>(by: HostObserver, fn: () => T): T {
  const before = observer;
  observer = by;
  try {
    return fn();
  } finally {
    observer = before;
  }
}

/** Returns the observer of the moment. */
export const hostObserver = (): HostObserver | undefined => observer;

/**
 * Uploads numbers that the host makes at each step: latents, α, masks, noise, label flips, drawn
 * labels.
 *
 * @param draw Makes the numbers; a recorded step calls it again, so it reads whatever changes from step to step itself.
 * @returns A float32 tensor; the caller owns it.
 */
export function hostInput(shape: readonly number[], draw: () => Float32Array): Tensor {
  const upload = (values: Float32Array) => onDevice(tensor(values, [...shape], 'float32'));
  return observer === undefined ? upload(draw()) : observer.input(draw, upload);
}

/**
 * Uploads one number that differs from step to step, such as a learning rate that falls; the caller owns the scalar.
 *
 * @param value Makes the number, see {@link hostInput}.
 */
export const hostNumber = (value: () => number): Scalar =>
  hostInput([], () => Float32Array.of(value())) as Scalar;

/**
 * Makes a decision that changes what a step computes: whether a penalty is due, or a player moves. A recorded step is
 * replayed only if all its decisions come out the same, so they depend on nothing but the state before the step.
 *
 * @param decide Called again before each replay.
 */
export const hostDecision = <T extends boolean | number>(decide: () => T): T =>
  observer === undefined ? decide() : observer.decision(decide);

/** Changes the host's part of a state, such as a count of steps; a recorded step does it again. */
export function hostEffect(change: () => void): void {
  if (observer === undefined) change();
  else observer.effect(change);
}

/** A backend whose tensors can be uploaded before they are used. */
type Uploading = { readonly uploadToGPU?: (dataId: object) => void };

/**
 * Gives a tensor its place on the device at once. tfjs's webgpu leaves small values on the host, and computes with them
 * there, until some kernel needs them.
 */
function onDevice<T extends Tensor>(x: T): T {
  if (getBackend() === 'webgpu') (engine().backend as Uploading).uploadToGPU?.(x.dataId);
  return x;
}
