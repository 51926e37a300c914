import type { TensorInfo } from '@tensorflow/tfjs-core';
import { MOMENTS, MOVE_STATISTICS, NORMALIZE, NORMALIZE_GRAD } from '../normalization.js';
import type {
  Affine,
  GroupAttrs,
  GroupMoments,
  MoveAttrs,
  NormalizeAttrs,
} from '../normalization.js';
import { kernelFunc } from '../replacement.js';
import type { KernelReplacement } from '../replacement.js';
import { runElementwise } from './runtime/run_elementwise.js';
import { simdOf } from './runtime/simd.js';
import type { WasmBackend, WasmKernelCall } from './runtime/wasm_backend.js';

type Sizes = [samples: number, places: number, channels: number];

/** Makes a function that returns the address of a tensor, or 0 if there is none. */
const addressesOn = (backend: WasmBackend) => (tensor: TensorInfo | undefined) =>
  tensor === undefined ? 0 : backend.getMemoryOffset(tensor.dataId);

/** Mean and variance of each sample's groups of channels in one pass, in float64. */
const moments: KernelReplacement = {
  kernelName: MOMENTS,
  make: () =>
    kernelFunc<WasmKernelCall<{ x: TensorInfo }, GroupAttrs>, TensorInfo[]>(
      ({ inputs: { x }, attrs: { groups }, backend }) => {
        const simd = simdOf(backend);
        const sizes = x.shape as Sizes;
        const results = [0, 1].map(() => backend.makeOutput([sizes[0] * groups], 'float32'));
        const [from, mean, variance] = [x, ...results].map(addressesOn(backend)) as Sizes;
        const bytes = 2 * simd.sumsBytes(...sizes) + simd.vectorsBytes(sizes[0], sizes[2]);
        simd.withScratch(bytes, (scratch) =>
          simd.moments(simd.job, from, ...sizes, groups, mean, variance, scratch),
        );
        return results;
      },
    ),
};

type Operands = { readonly x: TensorInfo } & GroupMoments<TensorInfo> & Partial<Affine<TensorInfo>>;

/** γ (x − μ)/√(σ² + ε) + β in one pass. */
const normalize: KernelReplacement = {
  kernelName: NORMALIZE,
  make: () =>
    kernelFunc<WasmKernelCall<Operands, NormalizeAttrs>>(({ inputs, attrs, backend }) => {
      const simd = simdOf(backend);
      const { x, mean, variance, gamma, beta } = inputs;
      const sizes = x.shape as Sizes;
      const y = backend.makeOutput(sizes, 'float32');
      const [from, to, ...operands] = [x, y, mean, variance, gamma, beta].map(
        addressesOn(backend),
      ) as [number, number, ...number[]];
      const { groups, epsilon } = attrs;
      simd.withScratch(simd.vectorsBytes(sizes[0], sizes[2]), (scratch) =>
        simd.normalize(simd.job, from, ...sizes, groups, ...operands, epsilon, to, scratch),
      );
      return y;
    }),
};

type GradOperands = Omit<Operands, 'beta'> & { readonly dy: TensorInfo };

/** The gradients in x, γ and β of a normalization in two passes, with sums in float64. */
const normalizeGrad: KernelReplacement = {
  kernelName: NORMALIZE_GRAD,
  make: () =>
    kernelFunc<WasmKernelCall<GradOperands, NormalizeAttrs>, TensorInfo[]>(
      ({ inputs, attrs, backend }) => {
        const simd = simdOf(backend);
        const { dy, x, mean, variance, gamma } = inputs;
        const sizes = x.shape as Sizes;
        const shapes = gamma === undefined ? [sizes] : [sizes, gamma.shape, gamma.shape];
        const results = shapes.map((shape) => backend.makeOutput(shape, 'float32'));
        const at = addressesOn(backend);
        const [from, ...operands] = [x, dy].map(at) as [number, number];
        const others = [mean, variance, gamma].map(at);
        const [to, dGamma = 0, dBeta = 0] = results.map(at) as Sizes;
        const { groups, epsilon } = attrs;
        const bytes = 2 * simd.sumsBytes(...sizes) + simd.vectorsBytes(sizes[0], sizes[2]);
        simd.withScratch(bytes, (scratch) =>
          simd.normalizeGrad(
            simd.job,
            from,
            ...[...operands, ...sizes, groups, ...others, epsilon, to, dGamma, dBeta, scratch],
          ),
        );
        return results;
      },
    ),
};

type Statistics = Record<'mean' | 'variance' | 'newMean' | 'newVariance', TensorInfo>;

/** Both running moments of a normalization. */
const moveStatistics: KernelReplacement = {
  kernelName: MOVE_STATISTICS,
  make: () =>
    kernelFunc<WasmKernelCall<Statistics, MoveAttrs>, TensorInfo[]>(
      ({ inputs, attrs: { kept, ofMean, ofVariance }, backend }) => {
        const { mean, variance, newMean, newVariance } = inputs;
        const moved = (running: TensorInfo, batch: TensorInfo, share: number) =>
          runElementwise(backend, 'weightedSum', running, batch, kept, share)!;
        return [moved(mean, newMean, ofMean), moved(variance, newVariance, ofVariance)];
      },
    ),
};

/** Normalizations: two passes forward and two backward, where ops take two dozen. */
export const normalizationOnWasm: readonly KernelReplacement[] = [
  moments,
  moveStatistics,
  normalize,
  normalizeGrad,
];
