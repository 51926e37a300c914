import { engine, getBackend, getKernel } from '@tensorflow/tfjs-core';
import type { NamedAttrMap, NamedTensorMap, Tensor, Tensor3D } from '@tensorflow/tfjs-core';

/** Names of kernels for normalizations, which some backends have; tfjs has none. */
export const MOMENTS = 'GanKitMoments';
export const NORMALIZE = 'GanKitNormalize';
export const NORMALIZE_GRAD = 'GanKitNormalizeGrad';
export const MOVE_STATISTICS = 'GanKitMoveStatistics';

/** Mean and biased variance of each sample's groups of channels, [samples · groups]. */
export interface GroupMoments<T> {
  readonly mean: T;
  readonly variance: T;
}

/** Scale and offset of each channel. */
export interface Affine<T> {
  readonly gamma: T;
  readonly beta: T;
}

/** The attributes of the kernels. */
export interface GroupAttrs {
  /** A divisor of the number of channels; a group is consecutive channels. */
  readonly groups: number;
}
export interface NormalizeAttrs extends GroupAttrs {
  readonly epsilon: number;
}

const run = (kernelName: string, inputs: object, attrs: object) =>
  engine().runKernel<Tensor[]>(kernelName, inputs as NamedTensorMap, attrs as NamedAttrMap);

/** Tells whether the current backend has the kernels. */
export const hasNormalization = (): boolean => getKernel(NORMALIZE, getBackend()) !== undefined;

/** Computes the moments of x [samples, places, channels]. */
export function groupMoments(x: Tensor3D, groups: number): GroupMoments<Tensor> {
  const [mean, variance] = run(MOMENTS, { x }, { groups }) as [Tensor, Tensor];
  return { mean, variance };
}

/** Computes γ (x − μ)/√(σ² + ε) + β, of the shape of x; without a gradient. */
export function normalizeBy(
  x: Tensor3D,
  moments: GroupMoments<Tensor>,
  affine: Affine<Tensor> | undefined,
  attrs: NormalizeAttrs,
): Tensor {
  return engine().runKernel<Tensor>(
    NORMALIZE,
    { x, ...moments, ...affine },
    attrs as unknown as NamedAttrMap,
  );
}

/** Computes the gradients in x, and if there is a γ in γ and β, through the moments too; without a gradient. */
export function normalizeGrad(
  operands: GroupMoments<Tensor> & { dy: Tensor; x: Tensor3D; gamma?: Tensor },
  attrs: NormalizeAttrs,
): Tensor[] {
  return run(NORMALIZE_GRAD, operands, attrs);
}

/** The numbers by which running statistics move. */
export interface MoveAttrs {
  /** m, the share that is kept. */
  readonly kept: number;
  readonly ofMean: number;
  readonly ofVariance: number;
}

/** Moves running moments towards those of a batch; returns undefined if the current backend has no kernel for it. */
export function movedStatistics(
  running: GroupMoments<Tensor>,
  { mean, variance }: GroupMoments<Tensor>,
  attrs: MoveAttrs,
): GroupMoments<Tensor> | undefined {
  if (getKernel(MOVE_STATISTICS, getBackend()) === undefined) return undefined;
  const inputs = {
    mean: running.mean,
    variance: running.variance,
    newMean: mean,
    newVariance: variance,
  };
  const moved = run(MOVE_STATISTICS, inputs, attrs) as [Tensor, Tensor];
  return { mean: moved[0], variance: moved[1] };
}
