/** Placeholder until the kernels land. */
export function installKernels(): void {}
