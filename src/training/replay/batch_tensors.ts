import { engine, keep } from '@tensorflow/tfjs-core';
import type { KernelBackend, Tensor } from '@tensorflow/tfjs-core';
import type { GPUMemory, WebGPUBackend } from '../../kernels/webgpu/runtime/webgpu_backend.js';

/** A batch as a recorded step takes it. */
export interface BatchTensors {
  /** Its tensors, in one order. */
  readonly tensors: readonly Tensor[];
  /** What two batches of one kind have in common: names, shapes, dtypes, and values that are no tensors. */
  readonly kind: string;
}

/** Returns the tensors of a batch; undefined if it holds something that is neither tensor, number, text nor a list of these. */
export function batchTensors(batch: unknown): BatchTensors | undefined {
  const tensors: Tensor[] = [];
  const kinds: string[] = [];
  const visit = (value: unknown, path: string): boolean => {
    if (isTensor(value)) {
      tensors.push(value);
      kinds.push(`${path}:${value.dtype}[${value.shape.join()}]`);
      return true;
    }
    if (isPlain(value))
      return Object.entries(value).every(([key, inner]) => visit(inner, `${path}.${key}`));
    kinds.push(`${path}:${String(value)}`);
    return value === null || ['undefined', 'number', 'string', 'boolean'].includes(typeof value);
  };
  return visit(batch, '') ? { tensors, kind: kinds.join(' ') } : undefined;
}

/** Returns a batch like another one, with other tensors, in the order of {@link batchTensors}. */
export function withTensors<Batch>(batch: Batch, tensors: readonly Tensor[]): Batch {
  let next = 0;
  const replaced = (value: unknown): unknown => {
    if (isTensor(value)) return tensors[next++];
    if (Array.isArray(value)) return value.map(replaced);
    if (!isPlain(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, replaced(inner)]));
  };
  return replaced(batch) as Batch;
}

/** Copies a tensor to a buffer of its own. */
export function copied(backend: WebGPUBackend, x: Tensor): Tensor {
  backend.uploadToGPU(x.dataId);
  const info = backend.makeTensorInfo(x.shape, x.dtype);
  backend.uploadToGPU(info.dataId);
  const [from, to] = [x, info].map(({ dataId }) => backend.tensorMap.get(dataId).resource!);
  backend.endComputePassEncoder();
  backend.ensureCommandEncoderReady();
  backend.commandEncoder!.copyBufferToBuffer(from!, 0, to!, 0, to!.size);
  backend.commandQueueOwnedIds.add(x.dataId);
  return keep(
    engine().makeTensorFromDataId(
      info.dataId,
      x.shape,
      x.dtype,
      backend as unknown as KernelBackend,
    ),
  );
}

/** Frees a tensor, but not its buffer, which it returns. */
export function taken(backend: WebGPUBackend, x: Tensor): GPUMemory {
  const data = backend.tensorMap.get(x.dataId);
  const buffer = data.resource!;
  data.resource = null;
  x.dispose();
  return buffer;
}

const isTensor = (value: unknown): value is Tensor =>
  typeof value === 'object' && value !== null && 'dataId' in value && 'rank' in value;

const isPlain = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' &&
  value !== null &&
  (Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype);
