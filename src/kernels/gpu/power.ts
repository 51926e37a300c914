import {
  Pow,
  isNaN as isNotNumber,
  logicalAnd,
  logicalOr,
  notEqual,
  tidy,
} from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { withNaNWhere } from '../not_a_number.js';
import { kernelFunc, toTensor } from '../replacement.js';
import type { KernelCall, KernelReplacement } from '../replacement.js';

type Call = KernelCall<{ a: Tensor; b: Tensor }>;

/** Powers on webgl, but NaN for powers of NaN, except to 0, and for powers to NaN: stock returns ∞. */
export const power: KernelReplacement = {
  kernelName: Pow,
  backendName: 'webgl',
  make: (stock) =>
    kernelFunc((call: Call) => {
      const { a, b } = call.inputs;
      if (a.dtype !== 'float32' || b.dtype !== 'float32') return stock(call);
      return tidy(() =>
        withNaNWhere(
          logicalOr(logicalAnd(isNotNumber(a), notEqual(b, 0)), isNotNumber(b)),
          toTensor(stock(call)),
        ),
      );
    }),
};
