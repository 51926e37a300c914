import type {
  DataId,
  NamedAttrMap,
  NamedTensorInfoMap,
  Tensor,
  TensorInfo,
} from '@tensorflow/tfjs-core';
import type { KernelCall } from '../replacement.js';

/** The part of tfjs-node's backend that kernels use; its module is never imported here. */
export interface TensorflowBackend {
  readonly isUsingGpuDevice: boolean;
  readSync(dataId: DataId): ArrayLike<number>;
  /** The addon, whose tensors are ids without reference counts. */
  readonly binding: {
    executeOp(
      name: string,
      attrs: readonly OpAttr[],
      inputs: readonly number[],
      outputs: number,
    ): OpOutput[];
    createTensor(
      shape: readonly number[],
      dtype: number,
      values: Float32Array | Int32Array,
    ): number;
    deleteTensor(id: number): void;
  };
  getInputTensorIds(tensors: readonly TensorInfo[]): number[];
  createOutputTensor(output: OpOutput): Tensor;
  /** Runs an op of libtensorflow, by its name in TensorFlow's eager mode. */
  executeSingleOutput(
    name: string,
    attrs: readonly OpAttr[],
    inputs: readonly TensorInfo[],
  ): Tensor;
  executeMultipleOutputs(
    name: string,
    attrs: readonly OpAttr[],
    inputs: readonly TensorInfo[],
    outputs: number,
  ): Tensor[];
}

/** A tensor of the addon. */
export interface OpOutput {
  readonly id: number;
}

/** The argument of a kernel. */
export type TensorflowCall<Inputs = NamedTensorInfoMap, Attrs = NamedAttrMap> = KernelCall<
  Inputs,
  Attrs,
  TensorflowBackend
>;

/** An attribute of an op; its type is a number of TensorFlow's C API, which never change. */
export interface OpAttr {
  readonly name: string;
  readonly type: 0 | 1 | 2 | 3 | 4;
  readonly value: string | number | boolean | readonly number[];
}

export const text = (name: string, value: string): OpAttr => ({ name, type: 0, value });

export const int = (name: string, value: number | readonly number[]): OpAttr => ({
  name,
  type: 1,
  value,
});

export const float = (name: string, value: number): OpAttr => ({ name, type: 2, value });

export const flag = (name: string, value: boolean): OpAttr => ({ name, type: 3, value });

const DTYPES = { float32: 1, float64: 2, int32: 3, bool: 10 } as const;

export const dtype = (name: string, value: keyof typeof DTYPES): OpAttr => ({
  name,
  type: 4,
  value: DTYPES[value],
});

/** The attribute of an op on float32 elements. */
export const OF_FLOATS: OpAttr = dtype('T', 'float32');
