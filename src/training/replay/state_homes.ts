import { engine } from '@tensorflow/tfjs-core';
import type { KernelBackend, Tensor } from '@tensorflow/tfjs-core';
import type {
  CommandEncoder,
  GPUMemory,
  WebGPUBackend,
} from '../../kernels/webgpu/runtime/webgpu_backend.js';
import { wasRead } from './reads.js';

/** Shape and dtype of a tensor. */
type Like = Pick<Tensor, 'shape' | 'dtype'>;

/** The buffer in which a tensor of a state lives; it never changes, so that recorded commands may name it. */
interface Home {
  readonly buffer: GPUMemory;
  readonly bytes: number;
  readonly usage: number;
  /** The data of the tensor, and of nobody else, while the buffer holds the tensor's values. */
  dataId: object;
  readonly like: Like;
}

/**
 * The buffers of a system's state: weights, moments, averages.
 *
 * tfjs replaces the data of a weight at each step, and recorded commands write to the same buffers again and again.
 * Between steps each tensor of the state has its data in its home; whoever shares that data, such as a copy, keeps the
 * values in a buffer of his own.
 */
export class StateHomes {
  private homes: Home[] = [];

  constructor(private readonly backend: WebGPUBackend) {}

  /** Returns whether the homes were made for tensors like these. */
  fits(tensors: readonly Tensor[]): boolean {
    const { homes } = this;
    return (
      homes.length === tensors.length && tensors.every((x, i) => homes[i]!.bytes === bytesOf(x))
    );
  }

  /** Returns the buffer of a tensor, by its place in the list. */
  at(index: number): GPUMemory {
    return this.homes[index]!.buffer;
  }

  /** Returns whether a tensor's data is still its home's. */
  holds(x: Tensor, index: number): boolean {
    return x.dataId === this.homes[index]!.dataId;
  }

  /** Makes homes for tensors; those of others are freed. */
  open(tensors: readonly Tensor[]): void {
    this.close();
    const { backend } = this;
    this.homes = tensors.map((x) => {
      backend.uploadToGPU(x.dataId);
      const { usage } = resourceOf(backend, x.dataId);
      const buffer = backend.bufferManager.acquireBuffer(bytesOf(x), usage);
      const like = { shape: x.shape, dtype: x.dtype };
      return { buffer, bytes: buffer.size, usage, dataId: this.dataIn(buffer, like), like };
    });
  }

  /**
   * Brings the values of all tensors home.
   *
   * @param writes The places of tensors whose homes will be written to; the homes of others may be shared. Default: all.
   */
  settle(tensors: readonly Tensor[], encoder: CommandEncoder, writes?: ReadonlySet<number>): void {
    tensors.forEach((x, i) => {
      const home = this.homes[i]!;
      const isIdle = writes !== undefined && !writes.has(i);
      if (!isIdle || x.dataId !== home.dataId) this.bring(x, home, encoder);
    });
  }

  private bring(x: Tensor, home: Home, encoder: CommandEncoder): void {
    const { backend } = this;
    const isHome = x.dataId === home.dataId;
    const data = backend.tensorMap.get(home.dataId);
    const owners = isHome ? 2 : 1; // this object and the tensor
    if (data.refCount > owners || data.values !== null || wasRead(home.dataId)) {
      const old = home.dataId;
      home.dataId = this.dataIn(home.buffer, x);
      if (data.refCount > owners) {
        const { buffer, bytes, usage } = home;
        const copy = backend.bufferManager.acquireBuffer(bytes, usage);
        encoder.copyBufferToBuffer(buffer, 0, copy, 0, bytes);
        data.resource = copy;
      } else data.resource = null;
      if (isHome) this.attach(x, home);
      drop(backend, old, x);
      if (isHome) return;
    } else if (isHome) return;
    backend.uploadToGPU(x.dataId);
    encoder.copyBufferToBuffer(resourceOf(backend, x.dataId), 0, home.buffer, 0, home.bytes);
    this.attach(x, home);
  }

  /** Gives a tensor the data of a home in the place of its own. */
  private attach(x: Tensor, { dataId }: Home): void {
    const { backend } = this;
    backend.incRef(dataId);
    const other = tensorOf(backend, dataId, x);
    const before = x.dataId;
    (x as { dataId: object }).dataId = dataId;
    (other as { dataId: object }).dataId = before;
    other.dispose();
  }

  /** Makes data with a buffer in which the values of a tensor will be. */
  private dataIn(buffer: GPUMemory, { shape, dtype }: Like): object {
    const { dataId } = this.backend.makeTensorInfo(shape, dtype);
    const data = this.backend.tensorMap.get(dataId);
    data.values = null;
    data.resource = buffer;
    return dataId;
  }

  /** Frees the homes; a tensor keeps its values. */
  close(): void {
    const { backend } = this;
    for (const { dataId, buffer, like } of this.homes) {
      const data = backend.tensorMap.get(dataId);
      if (data.refCount === 1) {
        data.resource = null;
        backend.bufferManager.releaseBuffer(buffer);
      } // else the buffer is from now on the tensor's
      drop(backend, dataId, like);
    }
    this.homes = [];
  }
}

/** Makes a tensor of data, like another one. */
const tensorOf = (backend: WebGPUBackend, dataId: object, { shape, dtype }: Like): Tensor =>
  engine().makeTensorFromDataId(dataId, shape, dtype, backend as unknown as KernelBackend);

/** Gives up one reference to data. */
function drop(backend: WebGPUBackend, dataId: object, like: Like): void {
  tensorOf(backend, dataId, like).dispose();
}

const bytesOf = ({ size }: Tensor): number => size * 4;

/** Returns the buffer of data that is on the GPU. */
export const resourceOf = (backend: WebGPUBackend, dataId: object): GPUMemory =>
  backend.tensorMap.get(dataId).resource!;
