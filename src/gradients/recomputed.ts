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

/** Gives the same, to the last bit, whenever it is called. */
type Repeatable = (...inputs: Tensor[]) => Tensor;

/**
 * `y = f(inputs)`, of which the tape keeps the inputs alone: the backward pass calls f again, on a
 * tape of its own, and takes the gradient of that.
 *
 * The gradient is recorded in the same way, as a function of the inputs and of dy that keeps them
 * alone; so a gradient of a gradient runs f again too, and holds the tape of one such function at a
 * time.
 *
 * @param f What is called in backward passes; depends on nothing but its inputs.
 * @param inputs All that gradients run to; they stay the caller's.
 * @param first What is called now, if that is to have effects which f has not.
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
    save(given); // last: if f throws, nobody would dispose of what was saved
    return {
      value,
      gradFunc: (dy: Tensor, saved: Tensor[]) => {
        const asked = wanted;
        const gradients = gradientsOf(f, saved, dy, asked);
        // tfjs reads those that it wants; there has to be a tensor in every place
        return saved.map((_, i) => gradients[asked.indexOf(i)] ?? dy);
      },
    };
  });
  const y = run(...inputs);
  onBackward(y, (names) => (wanted = names.map(Number)));
  return y;
}

/** Tells, before the gradient of the op that made y is computed, in which inputs it is wanted. */
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

/** ∂⟨f(inputs), dy⟩/∂ of the wanted inputs; recorded, if a tape is on, by its own inputs alone. */
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

/** An op may not give back one of its inputs. */
const fresh = (y: Tensor, inputs: readonly Tensor[]): Tensor => (inputs.includes(y) ? clone(y) : y);

/** An op of a custom gradient has one result. */
const pack = (tensors: readonly Tensor[]): Tensor =>
  tensors.length === 1 ? tensors[0]! : concat(tensors.map((tensor) => reshape(tensor, [-1])));

function unpack(packed: Tensor, shapes: readonly number[][]): Tensor[] {
  if (shapes.length === 1) return [packed];
  const sizes = shapes.map((shape) => shape.reduce((size, axis) => size * axis, 1));
  return split(packed, sizes).map((part, i) => reshape(part, shapes[i]!));
}
