import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { KernelCall } from '../../replacement.js';

/** A range of memory of the GPU. */
export interface GPUMemory {
  readonly size: number;
  readonly usage: number;
  mapAsync(mode: number): Promise<void>;
  getMappedRange(): ArrayBuffer;
  unmap(): void;
}

/** A compiled program of the GPU. */
export interface Pipeline {
  getBindGroupLayout(index: number): unknown;
}

/** What receives the commands of a pass. */
export interface ComputePass {
  setPipeline(pipeline: Pipeline): void;
  setBindGroup(index: number, group: unknown): void;
  dispatchWorkgroups(x: number, y?: number, z?: number): void;
  end(): void;
}

/** What receives all commands of a submission. */
export interface CommandEncoder {
  beginComputePass(descriptor?: object): ComputePass;
  copyBufferToBuffer(
    from: GPUMemory,
    fromOffset: number,
    to: GPUMemory,
    toOffset: number,
    size: number,
  ): void;
  finish(): unknown;
}

/** The part of a GPUDevice that kernels use. */
export interface Device {
  readonly limits: {
    readonly maxStorageBuffersPerShaderStage: number;
    readonly maxComputeWorkgroupsPerDimension: number;
  };
  readonly queue: {
    submit(commands: readonly unknown[]): void;
    writeBuffer(to: GPUMemory, offset: number, data: ArrayBufferView | ArrayBuffer): void;
  };
  createShaderModule(descriptor: { readonly code: string; readonly label?: string }): unknown;
  createComputePipeline(descriptor: object): Pipeline;
  createBindGroup(descriptor: object): unknown;
  createCommandEncoder(): CommandEncoder;
}

/** The data of a tensor on the GPU. */
export interface GPUData {
  resource: GPUMemory | null;
  /** The values on the host before their upload. */
  values: unknown;
  refCount: number;
}

/** The buffers of a backend; one that is released is given out again. */
export interface BufferManager {
  /** The free buffers, by size and usage: `64_140`. */
  readonly freeBuffers: Map<string, GPUMemory[]>;
  acquireBuffer(size: number, usage: number, mapped?: boolean, reuse?: boolean): GPUMemory;
  releaseBuffer(buffer: GPUMemory, reuse?: boolean): void;
}

/** The part of tfjs's WebGPU backend, of version 4.22, that kernels and recorded steps use. */
export interface WebGPUBackend {
  readonly device: Device;
  readonly queue: Device['queue'];
  readonly tensorMap: {
    get(dataId: object): GPUData;
    has(dataId: object): boolean;
  };
  readonly bufferManager: BufferManager;
  /** The data that commands not yet submitted use. */
  readonly commandQueueOwnedIds: WeakSet<object>;
  readonly computePassEncoder: ComputePass | null;
  readonly commandEncoder: CommandEncoder | null;
  dispatchCountInPass: number;
  /** Counts one more owner of data. */
  incRef(dataId: object): void;
  read(dataId: object): Promise<unknown>;
  readSync(dataId: object): unknown;
  write(values: unknown, shape: number[], dtype: TensorInfo['dtype']): object;
  makeTensorInfo(shape: number[], dtype: TensorInfo['dtype'], values?: unknown): TensorInfo;
  /** Frees the data of a tensor once no command waits for it. */
  disposeData(dataId: object): boolean;
  /** Gives the data of a tensor a place on the GPU, with its values if the host holds them. */
  uploadToGPU(dataId: object): void;
  tensorToBinding(tensor: TensorInfo): unknown;
  makeUniforms(numbers: { readonly type: string; data: number[] }[]): unknown;
  ensureCommandEncoderReady(): void;
  endComputePassEncoder(): void;
  submitQueue(): void;
}

/** The argument of a kernel on webgpu. */
export type WebGPUKernelCall<Inputs, Attrs = object> = KernelCall<Inputs, Attrs, WebGPUBackend>;
