import { MirrorPad } from '@tensorflow/tfjs-core';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import { MIRROR_PAD_GRAD } from '../../ops/mirror_pad.js';
import type { MirrorPadGradAttrs } from '../../ops/mirror_pad.js';
import { kernelFunc } from '../replacement.js';
import type { KernelReplacement } from '../replacement.js';
import { simdOf } from './runtime/simd.js';
import type { WasmBackend, WasmKernelCall } from './runtime/wasm_backend.js';

type Call<Input extends string> = WasmKernelCall<Record<Input, TensorInfo>, MirrorPadGradAttrs>;
type Border = readonly [before: number, after: number];

const product = (sizes: readonly number[]) => sizes.reduce((size, axis) => size * axis, 1);

/** Pads, or folds a gradient back: along two axes at once if they are adjacent, as those of images. */
function mirror(
  backend: WasmBackend,
  x: TensorInfo,
  { paddings, mode }: MirrorPadGradAttrs,
  folds: boolean,
): TensorInfo {
  const padded = paddings.flatMap(([before, after], axis) => (before + after > 0 ? [axis] : []));
  backend.incRef(x.dataId);
  let result = { dataId: x.dataId, shape: x.shape, dtype: x.dtype };
  while (padded.length > 0) {
    const last = padded.pop()!;
    const first = padded.at(-1) === last - 1 ? padded.pop()! : last;
    const from = result;
    result = alongAxes(backend, from, paddings, [first, last], mode, folds);
    backend.disposeData(from.dataId);
  }
  return result;
}

/** Pads, or folds back, along one axis or two adjacent ones. */
function alongAxes(
  backend: WasmBackend,
  from: TensorInfo,
  paddings: readonly Border[],
  [first, last]: readonly [number, number],
  mode: MirrorPadGradAttrs['mode'],
  folds: boolean,
): TensorInfo {
  const after = from.shape.map((size, axis) => {
    const border = axis < first || axis > last ? 0 : paddings[axis]![0] + paddings[axis]![1];
    return folds ? size - border : size + border;
  });
  const to = backend.makeOutput(after, 'float32');
  const images = folds ? after : from.shape;
  const [height, [top, bottom]] = first === last ? [1, [0, 0]] : [images[first]!, paddings[first]!];
  const [left, right] = paddings[last]!;
  const simd = simdOf(backend);
  const [source, target] = [from, to].map(({ dataId }) => backend.getMemoryOffset(dataId));
  simd.mirror(
    simd.job,
    Number(folds),
    ...[source!, target!, product(images.slice(0, first)), height, images[last]!],
    ...[product(images.slice(last + 1)), top, bottom, left, right, mode === 'reflect' ? 1 : 0],
  );
  return to;
}

/** Mirror padding by copies of rows, on all threads; stock wasm finds the place of each element. */
const mirrorPad: KernelReplacement = {
  kernelName: MirrorPad,
  make: (stock) =>
    kernelFunc<Call<'x'>>((call) => {
      const { x } = call.inputs;
      return x.dtype === 'float32' ? mirror(call.backend, x, call.attrs, false) : stock(call);
    }),
};

/** The gradient of mirror padding in one pass, where ops take ten for each axis. */
const mirrorPadGrad: KernelReplacement = {
  kernelName: MIRROR_PAD_GRAD,
  make: () =>
    kernelFunc<Call<'dy'>>(({ inputs: { dy }, attrs, backend }) =>
      mirror(backend, dy, attrs, true),
    ),
};

/** Mirror padding and its gradient. */
export const mirrorPads: readonly KernelReplacement[] = [mirrorPad, mirrorPadGrad];
