import type { Tensor } from '@tensorflow/tfjs-core';
import type { CommandEncoder, WebGPUBackend } from '../../kernels/webgpu/runtime/webgpu_backend.js';
import { Home, resourceOf } from './home.js';

/**
 * The buffers of a system's state: weights, moments, averages.
 *
 * tfjs replaces the data of a weight at each step, and recorded commands write to the same buffers again and again.
 * A step finds each tensor of the state in its home; whoever shares its data, such as a copy, keeps the values in a buffer
 * of his own, and whoever remembers a value gets it back.
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

  /** Returns the home of a tensor, by its place in the list. */
  at(index: number): Home {
    return this.homes[index]!;
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
      return new Home(backend, buffer, { shape: x.shape, dtype: x.dtype });
    });
  }

  /**
   * Brings the values of all tensors home.
   *
   * @param writes The places of tensors that will be written to; the data of others may be shared. Default: all.
   */
  settle(tensors: readonly Tensor[], encoder: CommandEncoder, writes?: ReadonlySet<number>): void {
    tensors.forEach((x, i) => {
      this.homes[i]!.settle(x, encoder, writes === undefined || writes.has(i));
    });
  }

  /** Frees the homes; a tensor keeps its value, and so does whoever remembers one. */
  close(): void {
    if (this.homes.length === 0) return;
    const { device, queue } = this.backend;
    const encoder = device.createCommandEncoder();
    for (const home of this.homes) home.clear(encoder);
    queue.submit([encoder.finish()]);
    for (const home of this.homes) home.close();
    this.homes = [];
  }
}

const bytesOf = ({ size }: Tensor): number => size * 4;
