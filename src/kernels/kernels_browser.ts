import type { KernelReplacement } from './wasm/runtime/wasm_backend.js';

/** The value of `#kernels` outside Node. */
export const kernelsOfNode: readonly KernelReplacement[] = [];
