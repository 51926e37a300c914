import type { KernelReplacement } from './replacement.js';

/** The value of `#kernels` outside Node. */
export const kernelsOfNode: readonly KernelReplacement[] = [];
