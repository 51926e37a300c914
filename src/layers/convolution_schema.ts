import { boolean, integer, oneOf } from '../internal/option_kinds.js';

/** How the options are read that a convolution and a transposed one have in common. */
export const CONVOLUTION = {
  filters: integer({ min: 1 }),
  kernelSize: integer({ min: 1 }),
  strides: integer({ min: 1, default: 1 }),
  useBias: boolean({ default: true }),
  kernelInitializer: oneOf(['zeros', 'glorotuniform'], { default: 'glorotuniform' }),
};
