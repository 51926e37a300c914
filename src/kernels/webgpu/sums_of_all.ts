import type { TensorInfo } from '@tensorflow/tfjs-core';
import { kernelFunc } from '../replacement.js';
import type { KernelReplacement } from '../replacement.js';
import { SUMS_OF_ALL } from '../sums_of_all.js';
import { sums } from './reductions.js';
import { COMPENSATED_SUM, THREADS, addedUp } from './runtime/compensated_sum.js';
import { mergedAxes } from './runtime/merged_axes.js';
import { runShader } from './runtime/run_shader.js';
import type { WebGPUKernelCall } from './runtime/webgpu_backend.js';
import { ceilDiv } from './runtime/workgroups.js';

type Call = WebGPUKernelCall<Record<string, TensorInfo>>;

/** Tensors of one dispatch: eight buffers, one of which has the result. */
const MOST = 7;
/** The most groups for a tensor, and the terms that each should have at least. */
const GROUPS = 64;
const TERMS = 16_384;

/** The sums of many tensors in one tensor: a dispatch for seven, and one more if they are large. */
export const sumsOfAllOnWebGPU: KernelReplacement = {
  kernelName: SUMS_OF_ALL,
  backendName: 'webgpu',
  make: () =>
    kernelFunc<Call>(({ inputs, backend }) => {
      const tensors = Object.values(inputs);
      const sizes = tensors.map(({ shape }) => shape.reduce((size, axis) => size * axis, 1));
      const parts = Math.min(GROUPS, ceilDiv(Math.max(1, ...sizes), TERMS));
      const shape = parts === 1 ? [tensors.length] : [tensors.length, parts];
      const all = backend.makeTensorInfo(shape, 'float32');
      for (let start = 0; start < tensors.length; start += MOST) {
        const some = tensors.slice(start, start + MOST);
        const integers = [start * parts, parts, ...sizes.slice(start, start + MOST)];
        runShader(backend, {
          name: SUMS_OF_ALL,
          code: codeOf(some.length),
          inputs: some,
          outputs: [all],
          numbers: integers.map((value) => ({ type: 'uint32' as const, value })),
          workgroups: [parts, some.length],
        });
      }
      if (parts === 1) return all;
      const joined = sums(backend, all, mergedAxes(shape, [1]), 1, [tensors.length]);
      backend.disposeData(all.dataId);
      return joined;
    }),
};

function codeOf(count: number): string {
  const names = Array.from({ length: count }, (_, i) => `x${i}`);
  const buffers = names.map(
    (name, i) => `@group(0) @binding(${i}) var<storage, read> ${name}: array<f32>;`,
  );
  // a branch for each tensor, the same one for all threads of a group
  const loops = names.map(
    (name, i) => `
    case ${i}u: {
      for (var i = first; i < numbers.size${i}; i += stride) { sum = plus(sum, ${name}[i]); }
    }`,
  );
  return `
struct Numbers { start: u32, parts: u32, ${names.map((_, i) => `size${i}: u32`).join(', ')} }
${buffers.join('\n')}
@group(0) @binding(${count}) var<storage, read_write> y: array<f32>;
@group(0) @binding(${count + 1}) var<uniform> numbers: Numbers;
var<workgroup> pairs: array<vec2f, ${THREADS}>;
${COMPENSATED_SUM}
@compute @workgroup_size(${THREADS})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) part: u32) {
  let lane = 0u;
  let first = group.x * ${THREADS}u + part;
  let stride = numbers.parts * ${THREADS}u;
  var sum = vec2f(0);
  switch group.y {${loops.join('')}
    default: {}
  }
  pairs[part] = sum;
  ${addedUp('pairs', 1)}
  if (part == 0u) { y[numbers.start + group.y * numbers.parts + group.x] = total(pairs[0]); }
}`;
}
