import { tensor2d, tidy } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { MIRROR_PAD_GRAD } from '../../ops/mirror_pad.js';
import type { MirrorPadGradAttrs } from '../../ops/mirror_pad.js';
import { kernelFunc } from '../replacement.js';
import type { KernelReplacement } from '../replacement.js';
import { OF_FLOATS, dtype, text } from './tensorflow_backend.js';
import type { TensorflowCall } from './tensorflow_backend.js';

type Call = TensorflowCall<{ dy: Tensor }, MirrorPadGradAttrs>;

/** The gradient of mirror padding in one op instead of 25; tfjs has no such kernel. */
export const mirrorPadGradOnTensorflow: KernelReplacement = {
  kernelName: MIRROR_PAD_GRAD,
  backendName: 'tensorflow',
  make: () =>
    kernelFunc(({ inputs: { dy }, attrs: { paddings, mode }, backend }: Call) =>
      tidy(() => {
        const pairs = tensor2d(paddings, [paddings.length, 2], 'int32');
        const attrs = [OF_FLOATS, dtype('Tpaddings', 'int32'), text('mode', mode.toUpperCase())];
        return backend.executeSingleOutput('MirrorPadGrad', attrs, [dy, pairs]);
      }),
    ),
};
