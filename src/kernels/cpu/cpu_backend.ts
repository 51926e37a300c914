import type { DataId, DataType, TensorInfo } from '@tensorflow/tfjs-core';
import type { KernelCall } from '../replacement.js';

/** The part of tfjs's MathBackendCPU that kernels use; its module is never imported here. */
export interface CPUBackend {
  readonly data: { get(dataId: DataId): { readonly values: Float32Array } };
  makeTensorInfo(shape: readonly number[], dtype: DataType, values: Float32Array): TensorInfo;
}

/** The argument of a cpu kernel. */
export type CPUKernelCall<Inputs, Attrs> = KernelCall<Inputs, Attrs, CPUBackend>;

/** Returns the values of a tensor, without a copy. */
export const valuesOf = (backend: CPUBackend, { dataId }: TensorInfo): Float32Array =>
  backend.data.get(dataId).values;
