import { engine } from '@tensorflow/tfjs-core';
import type {
  KernelFunc,
  NamedAttrMap,
  NamedTensorInfoMap,
  Tensor,
  TensorInfo,
} from '@tensorflow/tfjs-core';

/** The argument of a kernel. */
export interface KernelCall<
  Inputs = NamedTensorInfoMap,
  Attrs = NamedAttrMap,
  Backend extends object = object,
> {
  readonly inputs: Inputs;
  readonly attrs: Attrs;
  readonly backend: Backend;
}

/** The stock kernel of tfjs; throws if there is none. */
export type StockKernel = (call: object) => TensorInfo;

/** The backends whose kernels are replaced. */
export type KernelBackend = 'cpu' | 'wasm' | 'webgl' | 'webgpu' | 'tensorflow';

/** A kernel of ours. */
export interface KernelReplacement {
  readonly kernelName: string;
  /** The backend; default wasm. */
  readonly backendName?: KernelBackend;
  /** Makes the kernel function, with the stock one as fallback. */
  readonly make: (stock: StockKernel) => KernelFunc;
}

/** Casts a kernel written here to the loose type of the registry. */
export const kernelFunc = <Call, Result = TensorInfo>(run: (call: Call) => Result): KernelFunc =>
  run as unknown as KernelFunc;

/** Makes a tensor of the result of a kernel, for ops. The kernels of some backends already return one. */
export function toTensor<T extends Tensor>(info: TensorInfo): T {
  return 'rank' in info ? (info as T) : (engine().makeTensorFromTensorInfo(info) as T);
}
