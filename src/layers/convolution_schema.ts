import { boolean, integer, oneOf } from '../internal/option_kinds.js';
import type { Option } from '../internal/read_options.js';

/** Schema of the options that a convolution and a transposed one share. */
export const CONVOLUTION: {
  readonly filters: Option<number>;
  readonly kernelSize: Option<number>;
  readonly strides: Option<number>;
  readonly useBias: Option<boolean>;
  readonly kernelInitializer: Option<'zeros' | 'glorotuniform'>;
} = {
  filters: integer({ min: 1 }),
  kernelSize: integer({ min: 1 }),
  strides: integer({ min: 1, default: 1 }),
  useBias: boolean({ default: true }),
  kernelInitializer: oneOf(['zeros', 'glorotuniform'], { default: 'glorotuniform' }),
};
