import type {
  DataId,
  DataType,
  NamedAttrMap,
  NamedTensorInfoMap,
  TensorInfo,
} from '@tensorflow/tfjs-core';
import type { WasmMemory } from '../../../internal/web_assembly.js';
import type { KernelCall } from '../../replacement.js';

export type HeapView = Float32Array | Int32Array | Uint8Array;
export type FloatPair = [Float32Array, Float32Array];
export type FloatTriple = [...FloatPair, Float32Array];

/** The part of tfjs's BackendWasm that kernels use; its module is never imported here. */
export interface WasmBackend {
  /** Makes a tensor of undefined content, or of the data at an offset of the heap, in bytes. */
  makeOutput(shape: readonly number[], dtype: DataType, memoryOffset?: number): TensorInfo;
  /** Returns a view, valid until the next allocation: the heap may move when it grows. */
  typedArrayFromHeap(tensor: TensorInfo): HeapView;
  getMemoryOffset(dataId: DataId): number;
  incRef(dataId: DataId): void;
  /** Frees data without other references; with `force` in any case. */
  disposeData(dataId: DataId, force?: boolean): boolean;
  dispose(): void;
  /** Emscripten's module. */
  readonly wasm: {
    _malloc(bytes: number): number;
    _free(address: number): void;
    readonly asm: { readonly memory: WasmMemory };
    /** The heap, only in the binary with threads. */
    readonly wasmMemory?: WasmMemory;
  };
  readonly dataIdMap: { get(dataId: DataId): { memoryOffset: number } };
}

/** Returns the heap, which the glue keeps itself in the binary with threads. */
export const memoryOf = ({ wasmMemory, asm }: WasmBackend['wasm']): WasmMemory =>
  wasmMemory ?? asm.memory;

/** The argument of a wasm kernel. */
export type WasmKernelCall<Inputs = NamedTensorInfoMap, Attrs = NamedAttrMap> = KernelCall<
  Inputs,
  Attrs,
  WasmBackend
>;

/**
 * Returns views of several tensors on the heap. Asking for the offset first moves a tensor from
 * another backend: that allocates, so it must happen before the first view is taken.
 */
export function heapViews<Views extends HeapView[]>(
  backend: WasmBackend,
  ...tensors: { [Index in keyof Views]: TensorInfo }
): Views {
  for (const { dataId } of tensors) backend.getMemoryOffset(dataId);
  return tensors.map((tensor) => backend.typedArrayFromHeap(tensor)) as Views;
}
