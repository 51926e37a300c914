import type { TensorInfo } from '@tensorflow/tfjs-core';
import { MIRROR_PAD_GRAD } from '../../ops/mirror_pad.js';
import type { MirrorPadGradAttrs } from '../../ops/mirror_pad.js';
import { kernelFunc } from '../replacement.js';
import type { KernelReplacement } from '../replacement.js';
import { runElementwise } from './runtime/run_elementwise.js';
import type { WebGPUKernelCall } from './runtime/webgpu_backend.js';

type Call = WebGPUKernelCall<{ dy: TensorInfo }, MirrorPadGradAttrs>;

/** The gradient of mirror padding in one dispatch, where ops take ten for each axis. */
export const mirrorPadGradOnWebGPU: KernelReplacement = {
  kernelName: MIRROR_PAD_GRAD,
  backendName: 'webgpu',
  make: () =>
    kernelFunc<Call>(({ inputs: { dy }, attrs: { paddings, mode }, backend }) => {
      const shape = dy.shape.map((size, axis) => size - paddings[axis]![0] - paddings[axis]![1]);
      const integers: Record<string, number> = { distance: mode === 'reflect' ? 1 : 0 };
      let stride = 1;
      for (let axis = shape.length - 1; axis >= 0; axis--) {
        const [before, after] = paddings[axis]!;
        integers[`length${axis}`] = shape[axis]!;
        integers[`stride${axis}`] = stride;
        integers[`before${axis}`] = before;
        integers[`after${axis}`] = after;
        stride *= dy.shape[axis]!;
      }
      const isPadded = paddings.map(([before, after]) => before + after > 0);
      const [dx] = runElementwise(backend, {
        name: MIRROR_PAD_GRAD,
        inputs: { dy },
        readings: { dy: 'own' },
        integers,
        outputs: ['dx'],
        shape,
        body: bodyOf(isPadded),
        functions: COPY,
      });
      return dx!;
    }),
};

/** WGSL that finds an element's copies along an axis: itself, that in the border before and that behind, or −1. */
const COPY = `
fn copyOf(i: i32, which: i32, length: u32, before: u32, after: u32) -> i32 {
  let start = i32(before);
  let distance = i32(numbers.distance);
  if (which == 0) { return start + i; }
  if (which == 1) {
    let at = start - 1 + distance - i;
    return select(-1, at, at >= 0 && at < start);
  }
  let behind = i32(length) - 1 - distance - i;
  return select(-1, start + i32(length) + behind, behind >= 0 && behind < i32(after));
}`;

function bodyOf(isPadded: readonly boolean[]): string {
  const axes = isPadded.map((_, axis) => axis);
  const places = axes
    .map(
      (axis) => `
  let i${axis} = i32(rest % numbers.length${axis}); rest /= numbers.length${axis};`,
    )
    .reverse();
  const loops = axes.map((axis) =>
    isPadded[axis]
      ? `
  for (var which${axis} = 0; which${axis} < 3; which${axis}++) {
    let at${axis} = copyOf(i${axis}, which${axis}, numbers.length${axis}, numbers.before${axis}, numbers.after${axis});
    if (at${axis} < 0) { continue; }`
      : `
  {
    let at${axis} = i${axis};`,
  );
  const place = axes.map((axis) => `u32(at${axis}) * numbers.stride${axis}`).join(' + ');
  return `
  var rest = index;${places.join('')}
  var dx = 0.0;${loops.join('')}
  dx += dy_[${place === '' ? '0' : place}];
  ${'}'.repeat(axes.length)}`;
}
