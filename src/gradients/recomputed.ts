import {
  clone,
  concat,
  customGrad,
  engine,
  reshape,
  split,
  tidy,
  zeros,
} from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { withOwnTape } from './tape.js';

/** A function that always returns the same, to the last bit. */
type Repeatable = (...inputs: Tensor[]) => Tensor;

/**
 * Computes `y = f(inputs)` with only the inputs kept on the tape: the backward pass calls f again,
 * on a separate tape, and takes its gradient.
 *
 * The gradient is recorded in the same way, as a function that keeps only the inputs and dy; so a
 * gradient of a gradient runs f again too, and holds the tape of one such function at a time.
 *
 * @param f The function for backward passes; depends only on its inputs.
 * @param inputs All tensors that get gradients; the caller keeps them.
 * @param first The function to call now, if it has effects that f must not have.
 * @returns The caller owns it.
 *
 * **Differentiable:** as often as f is.
 *
 * @see Chen et al. 2016, arXiv 1604.06174
 */
export function recomputed(
  f: Repeatable,
  inputs: readonly Tensor[],
  first: Repeatable = f,
): Tensor {
  if (!engine().isTapeOn()) return first(...inputs);
  let wanted = inputs.map((_, i) => i);
  const run = customGrad((...args) => {
    const save = args.pop() as (tensors: Tensor[]) => void;
    const given = args as Tensor[];
    const value = fresh(first(...given), given);
    save(given); // last: if f threw, saved tensors would not be disposed
    return {
      value,
      gradFunc: (dy: Tensor, saved: Tensor[]) => {
        const asked = wanted;
        const gradients = gradientsOf(f, saved, dy, asked);
        // tfjs reads only the wanted ones, but needs a tensor in every place
        return saved.map((_, i) => gradients[asked.indexOf(i)] ?? dy);
      },
    };
  });
  const y = run(...inputs);
  onBackward(y, (names) => (wanted = names.map(Number)));
  return y;
}

/** Calls `tell` with the inputs whose gradients are wanted, before the gradient of y's op is computed. */
function onBackward(y: Tensor, tell: (names: string[]) => void): void {
  const node = engine().state.activeTape.at(-1);
  const gradient = node?.gradient;
  if (node?.outputs[0] !== y || gradient === undefined) return;
  // tfjs calls it on a copy of the node that has only those inputs
  node.gradient = function (this: typeof node, dys) {
    tell(Object.keys(this.inputs));
    return gradient(dys);
  };
}

/** Computes ∂⟨f(inputs), dy⟩/∂ of the wanted inputs; records only its own inputs if a tape is on. */
function gradientsOf(
  f: Repeatable,
  inputs: readonly Tensor[],
  dy: Tensor,
  wanted: readonly number[],
): Tensor[] {
  if (!engine().isTapeOn()) return differentiate(f, inputs, dy, wanted);
  const shapes = wanted.map((i) => inputs[i]!.shape);
  const g = (...all: Tensor[]) =>
    tidy(() => pack(differentiate(f, all.slice(0, -1), all.at(-1)!, wanted)));
  return tidy(() => unpack(recomputed(g, [...inputs, dy]), shapes));
}

function differentiate(
  f: Repeatable,
  inputs: readonly Tensor[],
  dy: Tensor,
  wanted: readonly number[],
): Tensor[] {
  const xs = wanted.map((i) => inputs[i]!);
  const run = () =>
    tidy(() => {
      const { grads } = engine().gradients(() => fresh(f(...inputs), inputs), xs, dy, true);
      return xs.map((x, i) => grads[i] ?? zeros(x.shape));
    });
  return engine().isTapeOn() ? run() : withOwnTape(run);
}

/** Clones y if it is an input, which an op may not return. */
const fresh = (y: Tensor, inputs: readonly Tensor[]): Tensor => (inputs.includes(y) ? clone(y) : y);

/** Packs tensors into one: a custom gradient's op has one result. */
const pack = (tensors: readonly Tensor[]): Tensor =>
  tensors.length === 1 ? tensors[0]! : concat(tensors.map((tensor) => reshape(tensor, [-1])));

function unpack(packed: Tensor, shapes: readonly number[][]): Tensor[] {
  if (shapes.length === 1) return [packed];
  const sizes = shapes.map((shape) => shape.reduce((size, axis) => size * axis, 1));
  return split(packed, sizes).map((part, i) => reshape(part, shapes[i]!));
}
