import type { DataId, DataType, TensorInfo } from '@tensorflow/tfjs-core';

/** The part of tfjs's MathBackendCPU that kernels use; its module is never imported here. */
export interface CPUBackend {
  readonly data: { get(dataId: DataId): { readonly values: Float32Array } };
  makeTensorInfo(shape: readonly number[], dtype: DataType, values: Float32Array): TensorInfo;
}

/** The argument of a kernel. */
export interface CPUKernelCall<Inputs, Attrs> {
  readonly inputs: Inputs;
  readonly attrs: Attrs;
  readonly backend: CPUBackend;
}

export const valuesOf = (backend: CPUBackend, { dataId }: TensorInfo): Float32Array =>
  backend.data.get(dataId).values;
