import type { TensorInfo } from '@tensorflow/tfjs-core';
import { MOMENTS } from '../../normalization.js';
import type { GroupAttrs } from '../../normalization.js';
import { kernelFunc } from '../../replacement.js';
import type { KernelReplacement } from '../../replacement.js';
import { COMPENSATED_SUM, THREADS, addedUp } from '../runtime/compensated_sum.js';
import { runElementwise } from '../runtime/run_elementwise.js';
import { runShader } from '../runtime/run_shader.js';
import { lanesOf, partsOf } from '../runtime/shares.js';
import type { WebGPUBackend, WebGPUKernelCall } from '../runtime/webgpu_backend.js';
import { MOST_GROUPS, ceilDiv } from '../runtime/workgroups.js';
import { layoutOf } from './layout.js';

type Call = WebGPUKernelCall<{ x: TensorInfo }, GroupAttrs>;

/** Mean and variance of each sample's groups of channels in one dispatch, or two for many terms. */
export const momentsOnWebGPU: KernelReplacement = {
  kernelName: MOMENTS,
  backendName: 'webgpu',
  make: () =>
    kernelFunc<Call, TensorInfo[]>(({ inputs, attrs, backend }) => {
      const { x } = inputs;
      const { samples, places, channels, groups, width } = layoutOf(x.shape, attrs.groups);
      const [results, terms] = [samples * groups, places * width];
      const isInner = width > 1 || channels === 1;
      const lanes = lanesOf(results, terms, isInner);
      const columns = Math.min(ceilDiv(results, lanes), MOST_GROUPS);
      const rows = ceilDiv(ceilDiv(results, lanes), columns);
      const most = partsOf(ceilDiv(results, lanes), terms, THREADS / lanes);
      const share = ceilDiv(terms, most);
      const parts = ceilDiv(terms, share);
      const integers = [
        ...[results, terms, share, columns],
        ...[groups, width, channels, places * channels],
      ];
      const shape = parts === 1 ? [results] : [parts, results];
      const moments = runShader(backend, {
        name: MOMENTS,
        code: codeOf(lanes, isInner),
        inputs: [x],
        outputs: [shape, shape].map((shape) => ({ shape, dtype: 'float32' as const })),
        numbers: integers.map((value) => ({ type: 'uint32' as const, value })),
        workgroups: [columns, rows, parts],
      });
      return parts === 1 ? moments : joined(backend, moments, { parts, results, terms, share });
    }),
};

/** Joins the moments of parts of the terms. */
function joined(
  backend: WebGPUBackend,
  [mean, variance]: TensorInfo[],
  sizes: { parts: number; results: number; terms: number; share: number },
): TensorInfo[] {
  const { results, ...integers } = sizes;
  const moments = runElementwise(backend, {
    name: `${MOMENTS}, joined`,
    inputs: { means: mean!, variances: variance! },
    readings: { means: 'own', variances: 'own' },
    integers,
    outputs: ['mean', 'variance'],
    shape: [results],
    body: `
  var mean = 0.0;
  for (var part = 0u; part < numbers.parts; part++) {
    mean += means_[part * numbers.size + index] * weightOf(part);
  }
  var variance = 0.0;
  for (var part = 0u; part < numbers.parts; part++) {
    let distance = means_[part * numbers.size + index] - mean;
    variance += (variances_[part * numbers.size + index] + distance * distance) * weightOf(part);
  }`,
    functions: `
fn weightOf(part: u32) -> f32 {
  let count = min(numbers.share, numbers.terms - part * numbers.share);
  return f32(count) / f32(numbers.terms);
}`,
  });
  for (const { dataId } of [mean!, variance!]) backend.disposeData(dataId);
  return moments;
}

function codeOf(lanes: number, isInner: boolean): string {
  const parts = THREADS / lanes;
  // a mean first, and then the squares of the distances from it
  const loop = (term: string) => `
  sum = vec2f(0);
  if (result < numbers.results) {
    for (var term = first + part; term < end; term += ${parts}u) {
      let value = x[start + term / numbers.width * numbers.channels + term % numbers.width];
      sum = plus(sum, ${term});
    }
  }
  pairs[part * ${lanes}u + lane] = sum;
  ${addedUp('pairs', lanes)}`;
  return `
struct Numbers {
  results: u32, terms: u32, share: u32, columns: u32,
  groups: u32, width: u32, channels: u32, sampleSize: u32,
}
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> means: array<f32>;
@group(0) @binding(2) var<storage, read_write> variances: array<f32>;
@group(0) @binding(3) var<uniform> numbers: Numbers;
var<workgroup> pairs: array<vec2f, ${THREADS}>;
${COMPENSATED_SUM}
@compute @workgroup_size(${THREADS})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) thread: u32) {
  let lane = ${isInner ? `thread / ${parts}u` : `thread % ${lanes}u`};
  let part = ${isInner ? `thread % ${parts}u` : `thread / ${lanes}u`};
  let result = (group.y * numbers.columns + group.x) * ${lanes}u + lane;
  let start = result / numbers.groups * numbers.sampleSize
    + result % numbers.groups * numbers.width;
  let first = group.z * numbers.share;
  let end = min(numbers.terms, first + numbers.share);
  let count = f32(end - first);
  var sum: vec2f;
  ${loop('value')}
  let mean = total(pairs[lane]) / count;
  workgroupBarrier();
  ${loop('(value - mean) * (value - mean)')}
  if (part == 0u && result < numbers.results) {
    means[group.z * numbers.results + result] = mean;
    variances[group.z * numbers.results + result] = total(pairs[lane]) / count;
  }
}`;
}
