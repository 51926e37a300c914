import { Mean, Sum, tensor1d, util } from '@tensorflow/tfjs-core';
import type { SumAttrs, Tensor } from '@tensorflow/tfjs-core';
import { kernelFunc } from '../replacement.js';
import type { KernelReplacement } from '../replacement.js';
import { dtype, flag } from './tensorflow_backend.js';
import type { OpAttr, TensorflowCall } from './tensorflow_backend.js';

type Call = TensorflowCall<{ x: Tensor }, SumAttrs>;

/** Most elements whose casts take less time than a call of tfjs. */
const MOST_ELEMENTS = 4096;

const TO_FLOAT64 = [dtype('SrcT', 'float32'), dtype('DstT', 'float64')];
const TO_FLOAT32 = [dtype('SrcT', 'float64'), dtype('DstT', 'float32')];

/**
 * Adds few elements in float64, as on the other processors: gradients of a bias that cancel are 0
 * then. libtensorflow's float32 leaves 6e-8 of them, for which Adam takes a whole step.
 */
const inFloat64 = (kernelName: string): KernelReplacement => ({
  kernelName,
  backendName: 'tensorflow',
  make: (stock) =>
    kernelFunc((call: Call) => {
      const { inputs, attrs, backend } = call;
      const { x } = inputs;
      if (x.dtype !== 'float32' || x.size > MOST_ELEMENTS) return stock(call);
      const { binding } = backend;
      const axes = tensor1d(util.parseAxisParam(attrs.axis, x.shape), 'int32');
      const [terms, along] = backend.getInputTensorIds([x, axes]) as [number, number];
      const made: number[] = [];
      const run = (name: string, attrs: readonly OpAttr[], ...ids: number[]) => {
        const [output] = binding.executeOp(name, attrs, ids, 1);
        made.push(output!.id);
        return output!;
      };
      const reduction = [
        flag('keep_dims', attrs.keepDims ?? false),
        dtype('T', 'float64'),
        dtype('Tidx', 'int32'),
      ];
      try {
        const sum = run(kernelName, reduction, run('Cast', TO_FLOAT64, terms).id, along);
        const y = run('Cast', TO_FLOAT32, sum.id);
        made.pop();
        return backend.createOutputTensor(y);
      } finally {
        for (const id of made) binding.deleteTensor(id);
        axes.dispose();
      }
    }),
});

/** Sums and means of few elements. */
export const smallSumsOnTensorflow: readonly KernelReplacement[] = [Sum, Mean].map(inFloat64);
