import { jit, lax, nn, numpy as np, valueAndGrad } from '@jax-js/jax';
import type { StepCase } from '../cases/case_types.js';
import { checkPlainDCGAN28 } from '../cases/cases.js';
import { fill } from '../hash.js';
import { ADAM } from './dcgan.js';
import type { Subject } from './serve.js';

type Arr = ReturnType<typeof np.array>;

/*
 * The DCGAN for 28×28 in jax-js. Functions there own their arguments: an argument is gone after the call, so an
 * array that is used again is passed as `x.ref`.
 */

const SLOPE = 0.3;
const BATCH_NORM_EPSILON = 1e-5;

/** Makes the weights in gan-kit's order; kernels are transposed from gan-kit's layout to that of jax-js. */
function weights(shapes: readonly (readonly number[])[], seed: number): Arr[] {
  return shapes.map((shape, i) => {
    const size = shape.reduce((product, n) => product * n, 1);
    if (shape.length === 1) return i % 3 === 1 && seed === 100 ? np.ones([size]) : np.zeros([size]);
    const values = np.array(fill(size, seed + i, 0.05)).reshape([...shape]);
    return shape.length === 4 ? np.transpose(values, [3, 2, 0, 1]) : values;
  });
}

const GENERATOR = [
  [100, 7 * 7 * 256],
  [7 * 7 * 256],
  [7 * 7 * 256],
  [5, 5, 128, 256],
  [128],
  [128],
  [5, 5, 64, 128],
  [64],
  [64],
  [5, 5, 1, 64],
];
const DISCRIMINATOR = [[5, 5, 1, 64], [64], [5, 5, 64, 128], [128], [7 * 7 * 128, 1], [1]];

/** Applies batch normalization over all axes except that of the channels, the second. */
function normalize(x: Arr, scale: Arr, offset: Arr): Arr {
  const axis = x.ndim === 4 ? [0, 2, 3] : [0];
  const perChannel = x.ndim === 4 ? [1, -1, 1, 1] : [1, -1];
  const centred = x.ref.sub(np.mean(x, axis, { keepdims: true }));
  const variance = np.mean(np.square(centred.ref), axis, { keepdims: true });
  const normal = centred.mul(np.reciprocal(np.sqrt(variance.add(BATCH_NORM_EPSILON))));
  return normal.mul(scale.reshape(perChannel)).add(offset.reshape(perChannel));
}

function generator([project, s0, o0, k1, s1, o1, k2, s2, o2, k3]: Arr[], z: Arr): Arr {
  const batch = z.shape[0]!;
  const up = (x: Arr, kernel: Arr, stride: number) =>
    lax.convTranspose(x, kernel, [stride, stride], 'SAME', { transposeKernel: true });
  let x = nn.leakyRelu(normalize(np.matmul(z, project!), s0!, o0!), SLOPE);
  x = np.transpose(x.reshape([batch, 7, 7, 256]), [0, 3, 1, 2]);
  x = nn.leakyRelu(normalize(up(x, k1!, 1), s1!, o1!), SLOPE);
  x = nn.leakyRelu(normalize(up(x, k2!, 2), s2!, o2!), SLOPE);
  return np.tanh(up(x, k3!, 2));
}

function discriminator([k1, b1, k2, b2, w, b]: Arr[], x: Arr): Arr {
  const batch = x.shape[0]!;
  const down = (x: Arr, kernel: Arr, bias: Arr) =>
    nn.leakyRelu(
      lax.convGeneralDilated(x, kernel, [2, 2], 'SAME').add(bias.reshape([1, -1, 1, 1])),
      SLOPE,
    );
  const features = down(down(x, k1!, b1!), k2!, b2!);
  const flat = np.transpose(features, [0, 2, 3, 1]).reshape([batch, 7 * 7 * 128]);
  return np.matmul(flat, w!).add(b!);
}

/** Computes one update of all weights by Adam; `rate` and `correction` are those of the step. */
function adam(p: Arr[], m: Arr[], v: Arr[], g: Arr[], rate: Arr, correction: Arr): Arr[][] {
  const { beta1, beta2, epsilon } = ADAM;
  const means = m.map((mean, i) => mean.mul(beta1).add(g[i]!.ref.mul(1 - beta1)));
  const squares = v.map((square, i) => square.mul(beta2).add(np.square(g[i]!).mul(1 - beta2)));
  const after = p.map((value, i) => {
    const root = np.sqrt(squares[i]!.ref.mul(correction.ref)).add(epsilon);
    return value.sub(means[i]!.ref.mul(rate.ref).div(root));
  });
  rate.dispose();
  correction.dispose();
  return [after, means, squares];
}

const updateDiscriminator = jit(
  (d: Arr[], m: Arr[], v: Arr[], g: Arr[], real: Arr, z: Arr, rate: Arr, correction: Arr) => {
    const batch = real.shape[0]!;
    const both = np.concatenate([real, generator(g, z)], 0);
    const loss = (d: Arr[], both: Arr) => {
      const [ofReal, ofFake] = np.split(discriminator(d, both), [batch], 0) as [Arr, Arr];
      return np.mean(nn.softplus(ofReal.neg())).add(np.mean(nn.softplus(ofFake)));
    };
    const [value, gradients] = valueAndGrad(loss)(
      d.map((array) => array.ref),
      both,
    ) as unknown as [Arr, Arr[]];
    return [[value], ...adam(d, m, v, gradients, rate, correction)];
  },
);

const updateGenerator = jit(
  (g: Arr[], m: Arr[], v: Arr[], d: Arr[], z: Arr, rate: Arr, correction: Arr) => {
    const loss = (g: Arr[], d: Arr[], z: Arr) =>
      np.mean(nn.softplus(discriminator(d, generator(g, z)).neg()));
    const [value, gradients] = valueAndGrad(loss)(
      g.map((array) => array.ref),
      d,
      z,
    ) as unknown as [Arr, Arr[]];
    return [[value], ...adam(g, m, v, gradients, rate, correction)];
  },
);

const scalar = async (x: Arr): Promise<number> => ((await x.data()) as Float32Array)[0]!;

/** Makes both updates ready, the same as those of all contenders. */
export function dcgan28(one: StepCase): Subject {
  checkPlainDCGAN28(one);
  const { batch, latents } = one;
  let [g, d] = [weights(GENERATOR, 100), weights(DISCRIMINATOR, 200)];
  const zeros = (like: Arr[]) => like.map(({ shape }) => np.zeros(shape));
  let [gm, gv, dm, dv] = [zeros(g), zeros(g), zeros(d), zeros(d)];
  const real = np.array(fill(batch * 28 * 28, 7, 1)).reshape([batch, 1, 28, 28]);
  const again = (arrays: Arr[]) => arrays.map((array) => array.ref);
  let count = 0;

  const step = async (z: (which: number) => Arr): Promise<number[]> => {
    count++;
    const rate = () => np.array(ADAM.learningRate / (1 - ADAM.beta1 ** count));
    const correction = () => np.array(1 / (1 - ADAM.beta2 ** count));
    const ofD = updateDiscriminator(d, dm, dv, again(g), real.ref, z(0), rate(), correction());
    [d, dm, dv] = ofD.slice(1) as [Arr[], Arr[], Arr[]];
    const ofG = updateGenerator(g, gm, gv, again(d), z(1), rate(), correction());
    [g, gm, gv] = ofG.slice(1) as [Arr[], Arr[], Arr[]];
    return [await scalar(ofD[0]![0]!), await scalar(ofG[0]![0]!)];
  };
  const noise = (which: number) =>
    np.array(fill(batch * 100, 50 + 2 * count + which, 1.7)).reshape([batch, 100]);
  return {
    run: async () => void (await step(noise)),
    fingerprint: async () => {
      const losses: number[] = [];
      for (let k = 0; k < latents.length; k += 2)
        losses.push(
          ...(await step((which) =>
            np.array(Float32Array.from(latents[k + which]!)).reshape([batch, 100]),
          )),
        );
      return losses;
    },
    dispose: () => [g, d, gm, gv, dm, dv, [real]].flat().forEach((array) => array.dispose()),
  };
}
