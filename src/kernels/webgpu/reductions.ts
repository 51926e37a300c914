import { Mean, Sum, util } from '@tensorflow/tfjs-core';
import type { SumAttrs, TensorInfo } from '@tensorflow/tfjs-core';
import { kernelFunc } from '../replacement.js';
import type { KernelReplacement } from '../replacement.js';
import { COMPENSATED_SUM, THREADS, addedUp } from './runtime/compensated_sum.js';
import { mergedAxes } from './runtime/merged_axes.js';
import type { MergedAxis } from './runtime/merged_axes.js';
import { runShader } from './runtime/run_shader.js';
import { lanesOf, partsOf } from './runtime/shares.js';
import type { WebGPUBackend, WebGPUKernelCall } from './runtime/webgpu_backend.js';
import { MOST_GROUPS, ceilDiv } from './runtime/workgroups.js';

type Call = WebGPUKernelCall<{ x: TensorInfo }, SumAttrs>;

/** Sums over any axes in one dispatch, two for millions of terms; stock webgpu transposes first, and adds in float32. */
export const sumOnWebGPU: KernelReplacement = reduction(Sum, () => 1);

/** Means over any axes. */
export const meanOnWebGPU: KernelReplacement = reduction(Mean, (count) => 1 / count);

function reduction(kernelName: string, factor: (count: number) => number): KernelReplacement {
  return {
    kernelName,
    backendName: 'webgpu',
    make: (stock) =>
      kernelFunc((call: Call) => {
        const { inputs, attrs, backend } = call;
        const { x } = inputs;
        if (x.dtype !== 'float32' || x.shape.includes(0)) return stock(call);
        const axes = util.parseAxisParam(attrs.axis, x.shape);
        const count = axes.reduce((product, axis) => product * x.shape[axis]!, 1);
        const shape = attrs.keepDims
          ? x.shape.map((size, axis) => (axes.includes(axis) ? 1 : size))
          : x.shape.filter((_, axis) => !axes.includes(axis));
        return sums(backend, x, mergedAxes(x.shape, axes), factor(count), shape);
      }),
  };
}

const sizeOf = (axes: readonly MergedAxis[]) => axes.reduce((size, axis) => size * axis.size, 1);

/** Adds over the reduced axes, and multiplies by a factor. */
export function sums(
  backend: WebGPUBackend,
  x: TensorInfo,
  axes: readonly MergedAxis[],
  factor: number,
  shape: number[],
): TensorInfo {
  const [kept, reduced] = [axes.filter((a) => !a.isReduced), axes.filter((a) => a.isReduced)];
  const [results, terms] = [sizeOf(kept), sizeOf(reduced)];
  const isInner = axes.at(-1)?.isReduced ?? true;
  const lanes = lanesOf(results, terms, isInner);
  const parts = partsOf(ceilDiv(results, lanes), terms, THREADS / lanes);
  const groups = ceilDiv(results, lanes);
  const columns = Math.min(groups, MOST_GROUPS);
  const number = (value: number) => ({ type: 'uint32' as const, value });
  const [sum] = runShader(backend, {
    name: 'sums',
    code: codeOf(kept.length, reduced.length, lanes, isInner),
    inputs: [x],
    outputs: [{ shape: parts === 1 ? shape : [parts, results], dtype: 'float32' }],
    numbers: [
      ...[results, terms, ceilDiv(terms, parts), columns].map(number),
      { type: 'float32', value: parts === 1 ? factor : 1 },
      ...[...kept, ...reduced].flatMap(({ size, stride }) => [number(size), number(stride)]),
    ],
    workgroups: [columns, ceilDiv(groups, columns), parts],
  }) as [TensorInfo];
  if (parts === 1) return sum;
  const all = sums(backend, sum, mergedAxes([parts, results], [0]), factor, shape);
  backend.disposeData(sum.dataId);
  return all;
}

/** Returns WGSL that moves `place` to an element, by its number along some axes. */
const placeOf = (names: readonly string[], index: string, place: string) =>
  [`var rest = ${index};`]
    .concat(
      [...names].reverse().map((name, i) =>
        // the outermost axis is what remains
        i === names.length - 1
          ? `${place} += rest * numbers.${name}Stride;`
          : `${place} += (rest % numbers.${name}Size) * numbers.${name}Stride; rest /= numbers.${name}Size;`,
      ),
    )
    .join(' ');

function codeOf(kept: number, reduced: number, lanes: number, isInner: boolean): string {
  const [keptNames, reducedNames] = (['kept', 'reduced'] as const).map((kind, i) =>
    Array.from({ length: [kept, reduced][i]! }, (_, axis) => `${kind}${axis}`),
  ) as [string[], string[]];
  const fields = [
    ...['results: u32', 'terms: u32', 'share: u32', 'columns: u32', 'factor: f32'],
    ...[...keptNames, ...reducedNames].flatMap((name) => [
      `${name}Size: u32`,
      `${name}Stride: u32`,
    ]),
  ];
  const parts = THREADS / lanes;
  return `
struct Numbers { ${fields.join(', ')} }
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;
@group(0) @binding(2) var<uniform> numbers: Numbers;
var<workgroup> pairs: array<vec2f, ${THREADS}>;
${COMPENSATED_SUM}
@compute @workgroup_size(${THREADS})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) thread: u32) {
  // neighbouring threads read neighbouring elements
  let lane = ${isInner ? `thread / ${parts}u` : `thread % ${lanes}u`};
  let part = ${isInner ? `thread % ${parts}u` : `thread / ${lanes}u`};
  let result = (group.y * numbers.columns + group.x) * ${lanes}u + lane;
  var sum = vec2f(0);
  if (result < numbers.results) {
    var start = 0u;
    { ${placeOf(keptNames, 'result', 'start')} }
    let end = min(numbers.terms, (group.z + 1u) * numbers.share);
    for (var term = group.z * numbers.share + part; term < end; term += ${parts}u) {
      var at = start;
      { ${placeOf(reducedNames, 'term', 'at')} }
      sum = plus(sum, x[at]);
    }
  }
  pairs[part * ${lanes}u + lane] = sum;
  ${addedUp('pairs', lanes)}
  if (part == 0u && result < numbers.results) {
    y[group.z * numbers.results + result] = total(pairs[lane]) * numbers.factor;
  }
}`;
}
