import type { BufferManager, GPUMemory } from '../../kernels/webgpu/runtime/webgpu_backend.js';

const keyOf = (size: number, usage: number): string => `${size}/${usage}`;

/**
 * Buffers for what a step computes in between. All recorded steps of a system share them, since one runs at a time and
 * none needs what another has left there: values that are to stay go home before the next step begins.
 */
export class BufferArena {
  private readonly all = new Set<GPUMemory>();
  private readonly free = new Map<string, GPUMemory[]>();

  /** Returns a free buffer, which is the caller's until he gives it back; undefined if there is none. */
  take(size: number, usage: number): GPUMemory | undefined {
    const buffer = this.free.get(keyOf(size, usage))?.pop();
    if (buffer !== undefined) this.all.delete(buffer);
    return buffer;
  }

  /** Takes a buffer over, free to be used again. */
  give(buffer: GPUMemory): void {
    this.all.add(buffer);
    const key = keyOf(buffer.size, buffer.usage);
    const free = this.free.get(key);
    if (free === undefined) this.free.set(key, [buffer]);
    else free.push(buffer);
  }

  /** Returns whether a buffer is free here. */
  has(buffer: GPUMemory): boolean {
    return this.all.has(buffer);
  }

  /** Gives all buffers back. */
  release(manager: BufferManager): void {
    for (const buffer of this.all) manager.releaseBuffer(buffer);
    this.all.clear();
    this.free.clear();
  }
}
