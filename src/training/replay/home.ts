import type { Tensor } from '@tensorflow/tfjs-core';
import { rememberBy } from '../../internal/past_value.js';
import type {
  CommandEncoder,
  GPUMemory,
  WebGPUBackend,
} from '../../kernels/webgpu/runtime/webgpu_backend.js';
import { dataIn, RememberedValue, tensorOf } from './remembered_value.js';
import type { Dwelling, Like } from './remembered_value.js';
import { wasRead } from './reads.js';

/**
 * The buffer in which a tensor of a state is during a step; it never changes, so that recorded commands may name it.
 *
 * A recorded step leaves the next value in another buffer, where it stays until the next step begins. Until then the
 * value before is still here, for whoever remembers it.
 */
export class Home implements Dwelling {
  readonly bytes: number;
  private readonly usage: number;
  /** The data of the tensor, and of nobody else, while the value is here or where a recorded step has left it. */
  private data!: object;
  /** The buffer in which a recorded step has left the value. */
  private away: GPUMemory | undefined;
  /** The value, if somebody remembers it. */
  private value: RememberedValue | undefined;
  /** The value before, which is here while the value is away, if somebody remembers it. */
  private before: RememberedValue | undefined;
  private readonly spares: GPUMemory[] = [];
  private isOpen = true;

  constructor(
    readonly backend: WebGPUBackend,
    readonly buffer: GPUMemory,
    readonly like: Like,
  ) {
    this.bytes = buffer.size;
    this.usage = buffer.usage;
    this.renew();
  }

  get dataId(): object {
    return this.data;
  }

  /** Makes sure that the value of a tensor is here, and in data that nobody shares if it will be written to. */
  settle(x: Tensor, encoder: CommandEncoder, isWritten: boolean): void {
    if (this.away !== undefined) this.comeHome(encoder);
    if (isWritten || x.dataId !== this.data) this.bring(x, encoder);
  }

  /** Notes that a recorded step has left the next value in a buffer, which nothing writes to before the value comes home. */
  leave(buffer: GPUMemory): void {
    this.before = this.value;
    this.value = undefined;
    this.away = buffer;
    this.backend.tensorMap.get(this.data).resource = buffer;
  }

  /** Overwrites the value by that of another buffer. */
  overwrite(from: GPUMemory, encoder: CommandEncoder): void {
    this.save(encoder);
    encoder.copyBufferToBuffer(from, 0, this.buffer, 0, this.bytes);
  }

  /** Brings the value home from where a recorded step has left it. */
  private comeHome(encoder: CommandEncoder): void {
    const { away, backend, before, buffer, bytes } = this;
    if (before?.isHeld === true) before.save(buffer, encoder);
    this.before = undefined;
    encoder.copyBufferToBuffer(away!, 0, buffer, 0, bytes);
    backend.tensorMap.get(this.data).resource = buffer;
    this.away = undefined;
  }

  private bring(x: Tensor, encoder: CommandEncoder): void {
    const { backend, buffer, bytes } = this;
    const isHome = x.dataId === this.data;
    const data = backend.tensorMap.get(this.data);
    const owners = isHome ? 2 : 1; // this object and the tensor
    if (data.refCount > owners || data.values !== null || wasRead(this.data)) {
      const old = this.data;
      this.renew();
      if (data.refCount > owners) {
        const copy = backend.bufferManager.acquireBuffer(bytes, this.usage);
        encoder.copyBufferToBuffer(buffer, 0, copy, 0, bytes);
        data.resource = copy;
      } else data.resource = null;
      if (isHome) this.attach(x);
      tensorOf(backend, old, x).dispose();
    }
    if (isHome) return;
    backend.uploadToGPU(x.dataId);
    this.overwrite(resourceOf(backend, x.dataId), encoder);
    this.attach(x);
  }

  /** Copies the value if somebody remembers it, before the buffer is overwritten. */
  private save(encoder: CommandEncoder): void {
    if (this.value?.isHeld === true) this.value.save(this.buffer, encoder);
    this.value = undefined;
  }

  /** Returns to the value before if it is asked for. */
  goBackTo(value: RememberedValue): void {
    if (value !== this.before) return;
    const { backend, bytes, away, data: old } = this;
    const { device, queue } = backend;
    const encoder = device.createCommandEncoder();
    if (this.value?.isHeld === true) this.value.save(away!, encoder);
    this.renew();
    const copy = backend.bufferManager.acquireBuffer(bytes, this.usage); // for those who have the value of today
    encoder.copyBufferToBuffer(away!, 0, copy, 0, bytes);
    queue.submit([encoder.finish()]);
    backend.tensorMap.get(old).resource = copy;
    tensorOf(backend, old, this.like).dispose();
    this.value = value;
    this.before = this.away = undefined;
  }

  /** Copies what is remembered, and brings the value home, before the home is closed. */
  clear(encoder: CommandEncoder): void {
    if (this.away !== undefined) this.comeHome(encoder);
    this.save(encoder);
  }

  /** Frees the buffer, unless a tensor has it. */
  close(): void {
    const { backend, buffer, data, like, spares } = this;
    rememberBy(data, undefined);
    this.isOpen = false;
    const shared = backend.tensorMap.get(data);
    if (shared.refCount === 1) {
      shared.resource = null;
      backend.bufferManager.releaseBuffer(buffer);
    } // else the buffer is from now on the tensor's
    tensorOf(backend, data, like).dispose();
    for (const spare of spares) backend.bufferManager.releaseBuffer(spare);
  }

  spare(): GPUMemory {
    return this.spares.pop() ?? this.backend.bufferManager.acquireBuffer(this.bytes, this.usage);
  }

  giveBack(buffer: GPUMemory): void {
    if (this.isOpen) this.spares.push(buffer);
    else this.backend.bufferManager.releaseBuffer(buffer);
  }

  /** Gives the buffer to new data. */
  private renew(): void {
    const { backend, buffer, like } = this;
    if (this.data !== undefined) rememberBy(this.data, undefined);
    this.data = dataIn(backend, buffer, like);
    rememberBy(this.data, (x) => (this.value ??= new RememberedValue(this)).remember(x));
  }

  /** Gives a tensor the data of this home in the place of its own. */
  private attach(x: Tensor): void {
    const { backend, data } = this;
    backend.incRef(data);
    const other = tensorOf(backend, data, x);
    const before = x.dataId;
    (x as { dataId: object }).dataId = data;
    (other as { dataId: object }).dataId = before;
    other.dispose();
  }
}

/** Returns the buffer of data that is on the GPU. */
export const resourceOf = (backend: WebGPUBackend, dataId: object): GPUMemory =>
  backend.tensorMap.get(dataId).resource!;
