/** The contender jax-js: @jax-js/jax on its wasm backend, with channels first, its own layout. */
// before jax-js, which needs a navigator that Node 20 does not have
import { defaultDevice, grad, init, jit, lax, numpy as np } from '@jax-js/jax';
import type { ConvolutionCase } from '../cases/cases.js';
import { fill } from '../hash.js';
import { dcgan28 } from './jax_dcgan_28.js';
import './navigator.js';
import { sample } from './sample.js';
import { serve } from './serve.js';
import type { Subject } from './serve.js';

type Array4D = ReturnType<typeof np.array>;

await init('wasm');
defaultDevice('wasm');
await serve(async (one) => {
  if (one.kind === 'convolution') return convolution(one);
  if (one.kind === 'step') return dcgan28(one);
  throw new Error(`it is not given ${one.kind}`);
});

/** Makes an array of the numbers that all contenders use, with its axes in another order. */
async function made(shape: readonly number[], seed: number, axes: number[]): Promise<Array4D> {
  const size = shape.reduce((product, n) => product * n, 1);
  const array = np.transpose(np.array(fill(size, seed, 1)).reshape([...shape]), axes);
  return array.blockUntilReady();
}

async function convolution({ x, filter, stride, pass }: ConvolutionCase): Promise<Subject> {
  const outShape = [x[0], Math.ceil(x[1] / stride), Math.ceil(x[2] / stride), filter[3]];
  const image = await made(x, 1, [0, 3, 1, 2]);
  const kernel = await made(filter, 2, [3, 2, 0, 1]);
  const dy = await made(outShape, 3, [0, 3, 1, 2]);
  const conv = (x: Array4D, w: Array4D) => lax.convGeneralDilated(x, w, [stride, stride], 'SAME');
  const score = (x: Array4D, w: Array4D, dy: Array4D) => conv(x, w).mul(dy).sum();
  const ofInput = jit((x: Array4D, w: Array4D, dy: Array4D) => grad(score)(x, w, dy));
  const ofFilter = jit((x: Array4D, w: Array4D, dy: Array4D) =>
    grad(score, { argnums: 1 })(x, w, dy),
  );
  const forward = jit(conv);
  const compute = (): Array4D => {
    if (pass === 'forward') return forward(image.ref, kernel.ref);
    return (pass === 'input' ? ofInput : ofFilter)(image.ref, kernel.ref, dy.ref);
  };
  return {
    run: async () => {
      const y = await compute().blockUntilReady();
      y.dispose();
    },
    fingerprint: async () => {
      const y = np.transpose(compute(), pass === 'filter' ? [2, 3, 1, 0] : [0, 2, 3, 1]);
      return sample((await y.data()) as Float32Array);
    },
    dispose: () => [image, kernel, dy].forEach((array) => array.dispose()),
  };
}
