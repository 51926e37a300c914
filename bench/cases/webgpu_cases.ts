/** A training step on WebGPU of networks so small that the GPU's work takes less time than its commands. */
export interface WebGPUCase {
  readonly kind: 'webgpu';
  readonly system: 'DCGAN-28' | 'SN-DCGAN-32' | 'WGAN-GP on DCGAN-28' | 'pix2pix' | 'CycleGAN';
}

/** Returns the steps whose commands are counted. */
export const webgpuCases = (): { name: string; work: WebGPUCase }[] =>
  (['DCGAN-28', 'SN-DCGAN-32', 'WGAN-GP on DCGAN-28', 'pix2pix', 'CycleGAN'] as const).map(
    (system) => ({ name: system, work: { kind: 'webgpu', system } }),
  );
