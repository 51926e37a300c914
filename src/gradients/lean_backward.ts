import { engine } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';

type TapeNode = ReturnType<typeof engine>['state']['activeTape'][number];

/**
 * Wraps a function whose gradient is about to be taken, so that the backward pass frees as it goes: once an op's gradients
 * are computed, its saved tensors and the gradient of its result are disposed of. tfjs holds all of them to the end of the
 * pass, which is then the peak of a step's memory.
 *
 * Does nothing within another gradient: that one needs the same tensors again.
 *
 * @param f The function for `variableGrads`, or for `engine().gradients` without a dy; its variables are no results of ops.
 */
export function leanBackward<T extends Tensor>(f: () => T): () => T {
  return () => {
    const y = f();
    const { state } = engine();
    if (state.gradientDepth === 1) {
      const uses = new Map<Tensor, number>();
      for (const node of state.activeTape) freeAfterUse(node, uses);
    }
    return y;
  };
}

/**
 * Makes an op free what its gradient alone needs, after its last input's gradient is computed.
 *
 * @param uses How often a tensor that is the gradient of several results is needed once more.
 */
function freeAfterUse(node: TapeNode, uses: Map<Tensor, number>): void {
  const { gradient } = node;
  if (gradient === undefined || gradient === null) return;
  // tfjs calls it on a copy of the node that has only the inputs whose gradients are wanted
  node.gradient = function (this: TapeNode, dys) {
    const gradients = gradient.call(this, dys) as Record<string, () => Tensor>;
    const results: Tensor[] = [];
    let left = Object.keys(this.inputs).length;
    const freeing = (compute: () => Tensor) => (): Tensor => {
      const dx = compute();
      results.push(dx);
      if (--left === 0) free(this, dys, results, uses);
      return dx;
    };
    return Object.fromEntries(
      Object.entries(gradients).map(([name, compute]) => [name, freeing(compute)]),
    );
  };
}

function free(
  { saved }: TapeNode,
  dys: readonly (Tensor | null)[],
  results: readonly Tensor[],
  uses: Map<Tensor, number>,
): void {
  for (const [i, dx] of results.entries()) {
    // a gradient that is passed on as it is, or is that of two inputs, has one more reader
    if (dys.includes(dx) || results.indexOf(dx) < i) uses.set(dx, (uses.get(dx) ?? 0) + 1);
  }
  for (const one of saved ?? []) if (!results.includes(one)) one.dispose();
  for (const dy of dys) {
    if (dy === null) continue;
    const more = uses.get(dy) ?? 0;
    if (more === 0) dy.dispose();
    else uses.set(dy, more - 1);
  }
}
