import { convolutionsOnTensorflow } from './tensorflow/conv2d.js';
import { depthwiseOnTensorflow } from './tensorflow/depthwise_conv2d.js';
import { eluGradOnTensorflow } from './tensorflow/elu_grad.js';
import { mirrorPadGradOnTensorflow } from './tensorflow/mirror_pad_grad.js';
import { poolingOnTensorflow } from './tensorflow/pooling.js';
import { smallSumsOnTensorflow } from './tensorflow/small_sums.js';
import { stepOnTensorflow } from './tensorflow/step.js';
import type { KernelReplacement } from './replacement.js';

/** The value of `#kernels` under the `node` condition: those of libtensorflow, which exists only there. */
export const kernelsOfNode: readonly KernelReplacement[] = [
  ...convolutionsOnTensorflow,
  ...depthwiseOnTensorflow,
  eluGradOnTensorflow,
  mirrorPadGradOnTensorflow,
  ...poolingOnTensorflow,
  ...smallSumsOnTensorflow,
  stepOnTensorflow,
];
