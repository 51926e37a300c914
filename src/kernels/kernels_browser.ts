import type { KernelReplacement } from './wasm/runtime/wasm_backend.js';

/** What `#kernels` means everywhere else than in Node. */
export const kernelsOfNode: readonly KernelReplacement[] = [];
