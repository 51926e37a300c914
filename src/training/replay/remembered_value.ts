import { engine, keep } from '@tensorflow/tfjs-core';
import type { KernelBackend, Tensor } from '@tensorflow/tfjs-core';
import type { PastValue } from '../../internal/past_value.js';
import type {
  CommandEncoder,
  GPUMemory,
  WebGPUBackend,
} from '../../kernels/webgpu/runtime/webgpu_backend.js';

/** Shape and dtype of a tensor. */
export type Like = Pick<Tensor, 'shape' | 'dtype'>;

/** Where a value is until it is overwritten. */
export interface Dwelling {
  readonly backend: WebGPUBackend;
  readonly bytes: number;
  readonly like: Like;
  /** The data of the value that is there. */
  readonly dataId: object;
  /** Makes a value that was not copied the one that is there. */
  goBackTo(value: RememberedValue): void;
  /** Returns a buffer for a copy. */
  spare(): GPUMemory;
  /** Takes back a buffer that holds no copy any more. */
  giveBack(buffer: GPUMemory): void;
}

/** A value that somebody remembers, and gets back although it is overwritten. */
export class RememberedValue {
  private holders = 0;
  private copy: GPUMemory | undefined;
  /** The copy as a tensor, from the first time on that it is asked for. */
  private tensor: Tensor | undefined;

  constructor(private readonly dwelling: Dwelling) {}

  /** Returns whether anybody remembers the value. */
  get isHeld(): boolean {
    return this.holders > 0;
  }

  /**
   * Remembers the value once more.
   *
   * @param like What a tensor of it looks like.
   */
  remember({ shape, dtype }: Like): PastValue {
    this.holders++;
    return { take: () => this.take({ shape, dtype }), free: () => this.free() };
  }

  /** Copies the value from where it is, before it is overwritten. */
  save(from: GPUMemory, encoder: CommandEncoder): void {
    this.copy = this.dwelling.spare();
    encoder.copyBufferToBuffer(from, 0, this.copy, 0, this.dwelling.bytes);
  }

  private take(like: Like): Tensor {
    const { copy, dwelling } = this;
    const { backend } = dwelling;
    if (copy === undefined) dwelling.goBackTo(this);
    else this.tensor ??= tensorOf(backend, dataIn(backend, copy, dwelling.like), dwelling.like);
    const { dataId } = this.tensor ?? dwelling;
    backend.incRef(dataId);
    const taken = keep(tensorOf(backend, dataId, like));
    this.free();
    return taken;
  }

  private free(): void {
    if (--this.holders > 0) return;
    if (this.tensor !== undefined) this.tensor.dispose();
    else if (this.copy !== undefined) this.dwelling.giveBack(this.copy);
  }
}

/** Makes data with a buffer in which the values of a tensor are or will be. */
export function dataIn(backend: WebGPUBackend, buffer: GPUMemory, { shape, dtype }: Like): object {
  const { dataId } = backend.makeTensorInfo(shape, dtype);
  const data = backend.tensorMap.get(dataId);
  data.values = null;
  data.resource = buffer;
  return dataId;
}

/** Makes a tensor of data, like another one. */
export const tensorOf = (backend: WebGPUBackend, dataId: object, { shape, dtype }: Like): Tensor =>
  engine().makeTensorFromDataId(dataId, shape, dtype, backend as unknown as KernelBackend);
