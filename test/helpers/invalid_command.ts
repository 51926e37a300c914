import type { KernelBackend } from '@tensorflow/tfjs-core';

interface Device {
  createBuffer(descriptor: { size: number; usage: number }): unknown;
  readonly queue: { onSubmittedWorkDone(): Promise<void> };
}

/** Sends the device of a webgpu backend a command that it refuses: a buffer larger than any limit. */
export async function breakNextRead(backend: KernelBackend): Promise<void> {
  const { device } = backend as unknown as { device: Device };
  device.createBuffer({ size: 2 ** 50, usage: 0x80 });
  await device.queue.onSubmittedWorkDone(); // the error has arrived
}
