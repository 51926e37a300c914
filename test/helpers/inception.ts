import { tensor4d } from '@tensorflow/tfjs-core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import { fill } from '../../bench/hash.js';
import type { StateArray } from '../../src/types.js';
import { bytesOf, floatsOf } from './base64.js';
import { fixture } from './fixtures.js';

/** The data of torch-fidelity's network that tools/parity/inception.py wrote. */
interface Written {
  readonly meta: { readonly seed: number };
  readonly parameters: number;
  /** The shapes by the keys of the state_dict. */
  readonly keys: Readonly<Record<string, number[]>>;
  readonly images: { readonly shape: [number, number, number, number]; readonly bytes: string };
  readonly features: Readonly<Record<string, string>>;
  readonly resizings: readonly {
    readonly from: [number, number];
    readonly to: [number, number];
    readonly bytes: string;
    readonly values: string;
  }[];
}

const WRITTEN = fixture<Written>('inception');
export const { parameters: PARAMETERS, keys: KEYS } = WRITTEN;

/** The features of both images, by torch-fidelity's names in its order. */
export const FEATURES = Object.entries(WRITTEN.features).map(
  ([name, values]) => [name, floatsOf(values)] as const,
);

/** Images of one channel, before and after the resizing. */
export const RESIZINGS = WRITTEN.resizings.map(({ from, to, bytes, values }) => ({
  ...{ from, to, values: floatsOf(values) },
  image: () => tensor4d(Float32Array.from(bytesOf(bytes)), [1, ...from, 1]),
}));

/** Makes a tensor of the two images, or of the first one, with values 0 to 255. */
export function images(count = 2): Tensor4D {
  const { shape, bytes } = WRITTEN.images;
  const values = Float32Array.from(bytesOf(bytes));
  const size = values.length / shape[0];
  return tensor4d(values.slice(0, count * size), [count, shape[1], shape[2], shape[3]]);
}

/** Makes the same weights as the script: a hash of their index, scaled as by He et al. */
export function seededWeights(): Record<string, StateArray> {
  const keys = Object.entries(KEYS).filter(([key]) => !key.endsWith('num_batches_tracked'));
  return Object.fromEntries(
    keys.map(([key, shape], k) => {
      const size = shape.reduce((product, axis) => product * axis, 1);
      const [scale, offset] = law(key, shape);
      const data = fill(size, WRITTEN.meta.seed + k, 1);
      for (let i = 0; i < size; i++) data[i] = data[i]! * scale + offset;
      return [key, { shape, data }];
    }),
  );
}

function law(key: string, shape: readonly number[]): [scale: number, offset: number] {
  if (key.endsWith('running_var')) return [0.5, 1];
  if (key.endsWith('bn.weight')) return [0.25, 1];
  if (!key.endsWith('weight')) return [0.25, 0];
  return [Math.sqrt(6 / shape.slice(1).reduce((product, axis) => product * axis, 1)), 0];
}
