import { engine } from '@tensorflow/tfjs-core';
import type {
  DataId,
  DataType,
  KernelFunc,
  NamedAttrMap,
  NamedTensorInfoMap,
  Tensor,
  TensorInfo,
} from '@tensorflow/tfjs-core';
import type { WasmMemory } from '../../../internal/web_assembly.js';

export type HeapView = Float32Array | Int32Array | Uint8Array;
export type FloatPair = [Float32Array, Float32Array];
export type FloatTriple = [...FloatPair, Float32Array];

/** The part of tfjs's BackendWasm that kernels use; its module is never imported here. */
export interface WasmBackend {
  /** A tensor of undefined content, or of what lies at an offset of the heap, in bytes. */
  makeOutput(shape: readonly number[], dtype: DataType, memoryOffset?: number): TensorInfo;
  /** A view, valid until the next allocation: the heap may move when it grows. */
  typedArrayFromHeap(tensor: TensorInfo): HeapView;
  getMemoryOffset(dataId: DataId): number;
  incRef(dataId: DataId): void;
  /** Frees data that nobody else refers to; with `force` in any case. */
  disposeData(dataId: DataId, force?: boolean): boolean;
  dispose(): void;
  /** Emscripten's module. */
  readonly wasm: {
    _malloc(bytes: number): number;
    _free(address: number): void;
    readonly asm: { readonly memory: WasmMemory };
    /** Only in the binary with threads. */
    readonly wasmMemory?: WasmMemory;
  };
  readonly dataIdMap: { get(dataId: DataId): { memoryOffset: number } };
}

/** The heap. The glue of the binary with threads keeps it itself. */
export const memoryOf = ({ wasmMemory, asm }: WasmBackend['wasm']): WasmMemory =>
  wasmMemory ?? asm.memory;

/** What the engine hands to a kernel. */
export interface KernelCall<Inputs = NamedTensorInfoMap, Attrs = NamedAttrMap> {
  readonly inputs: Inputs;
  readonly attrs: Attrs;
  readonly backend: WasmBackend;
}

/** The kernel that tfjs came with; throws if there is none. */
export type StockKernel = (call: object) => TensorInfo;

/** The backends whose kernels are replaced. */
export type KernelBackend = 'cpu' | 'wasm' | 'webgl' | 'webgpu' | 'tensorflow';

/** One kernel of ours. */
export interface KernelReplacement {
  readonly kernelName: string;
  /** Default wasm. */
  readonly backendName?: KernelBackend;
  /** The kernel function, given the stock one to fall back to. */
  readonly make: (stock: StockKernel) => KernelFunc;
}

/** A kernel written here, in the loose type of the registry. */
export const kernelFunc = <Call, Result = TensorInfo>(run: (call: Call) => Result): KernelFunc =>
  run as unknown as KernelFunc;

/** Hands heap memory to the ops, which work on tensors. The kernels of some backends answer with one. */
export function toTensor<T extends Tensor>(info: TensorInfo): T {
  return 'rank' in info ? (info as T) : (engine().makeTensorFromTensorInfo(info) as T);
}

/**
 * The elements of several tensors on the heap. Asking for the offset first brings a tensor over from
 * another backend: that allocates, so it has to happen before the first view is taken.
 */
export function heapViews<Views extends HeapView[]>(
  backend: WasmBackend,
  ...tensors: { [Index in keyof Views]: TensorInfo }
): Views {
  for (const { dataId } of tensors) backend.getMemoryOffset(dataId);
  return tensors.map((tensor) => backend.typedArrayFromHeap(tensor)) as Views;
}
