/** What tfjs's backend keeps its buffers with. */
interface BufferManager {
  readonly numBytesUsed: number;
  acquireBuffer(...args: unknown[]): unknown;
}

/** The most bytes in use at a time. */
export interface PeakMemory {
  /** Forgets what was in use before. */
  reset(): void;
  bytes(): number;
}

/**
 * Watches the bytes of the buffers in use by tensors and by commands that are not submitted, as
 * `torch.cuda.max_memory_allocated` does; buffers that wait for another use do not count.
 */
export function watchMemory(manager: BufferManager): PeakMemory {
  let peak = manager.numBytesUsed;
  const acquire = manager.acquireBuffer.bind(manager);
  manager.acquireBuffer = (...args) => {
    const buffer = acquire(...args);
    peak = Math.max(peak, manager.numBytesUsed);
    return buffer;
  };
  return {
    reset: () => (peak = manager.numBytesUsed),
    bytes: () => peak,
  };
}
