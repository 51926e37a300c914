import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { GroupMoments } from '../../normalization.js';
import { sums } from '../reductions.js';
import { COMPENSATED_SUM, THREADS, addedUp } from '../runtime/compensated_sum.js';
import { mergedAxes } from '../runtime/merged_axes.js';
import { runShader } from '../runtime/run_shader.js';
import { lanesOf, partsOf } from '../runtime/shares.js';
import type { WebGPUBackend } from '../runtime/webgpu_backend.js';
import { MOST_GROUPS, ceilDiv } from '../runtime/workgroups.js';
import type { Layout } from './layout.js';

/** Computes Σ dy and Σ dy·x̂ over the places of each sample's channels, both [samples · channels]. */
export function slopeSums(
  backend: WebGPUBackend,
  { dy, x, mean, variance }: GroupMoments<TensorInfo> & Record<'dy' | 'x', TensorInfo>,
  { samples, places, channels, groups, width }: Layout,
  epsilon: number,
): [TensorInfo, TensorInfo] {
  const results = samples * channels;
  const lanes = lanesOf(results, places, channels === 1);
  const columns = Math.min(ceilDiv(results, lanes), MOST_GROUPS);
  const parts = partsOf(ceilDiv(results, lanes), places, THREADS / lanes);
  const integers = [results, places, ceilDiv(places, parts), columns, channels, groups, width];
  const shape = parts === 1 ? [results] : [parts, results];
  const added = runShader(backend, {
    name: 'sums of slopes',
    code: codeOf(lanes, channels === 1),
    inputs: [dy, x, mean, variance],
    outputs: [shape, shape].map((shape) => ({ shape, dtype: 'float32' as const })),
    numbers: [
      ...integers.map((value) => ({ type: 'uint32' as const, value })),
      { type: 'float32', value: epsilon },
    ],
    workgroups: [columns, ceilDiv(ceilDiv(results, lanes), columns), parts],
  });
  if (parts === 1) return added as [TensorInfo, TensorInfo];
  return added.map((part) => {
    const all = sums(backend, part, mergedAxes([parts, results], [0]), 1, [results]);
    backend.disposeData(part.dataId);
    return all;
  }) as [TensorInfo, TensorInfo];
}

function codeOf(lanes: number, isInner: boolean): string {
  const parts = THREADS / lanes;
  return `
struct Numbers {
  results: u32, places: u32, share: u32, columns: u32,
  channels: u32, groups: u32, width: u32, epsilon: f32,
}
@group(0) @binding(0) var<storage, read> dy: array<f32>;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> means: array<f32>;
@group(0) @binding(3) var<storage, read> variances: array<f32>;
@group(0) @binding(4) var<storage, read_write> sums: array<f32>;
@group(0) @binding(5) var<storage, read_write> products: array<f32>;
@group(0) @binding(6) var<uniform> numbers: Numbers;
var<workgroup> ofSlopes: array<vec2f, ${THREADS}>;
var<workgroup> ofProducts: array<vec2f, ${THREADS}>;
${COMPENSATED_SUM}
@compute @workgroup_size(${THREADS})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) thread: u32) {
  let lane = ${isInner ? `thread / ${parts}u` : `thread % ${lanes}u`};
  let part = ${isInner ? `thread % ${parts}u` : `thread / ${lanes}u`};
  let result = (group.y * numbers.columns + group.x) * ${lanes}u + lane;
  let channel = result % numbers.channels;
  let sample = result / numbers.channels;
  let at = sample * numbers.groups + channel / numbers.width;
  var sum = vec2f(0);
  var product = vec2f(0);
  if (result < numbers.results) {
    let start = sample * numbers.places * numbers.channels + channel;
    let end = min(numbers.places, (group.z + 1u) * numbers.share);
    let mean = means[at];
    for (var place = group.z * numbers.share + part; place < end; place += ${parts}u) {
      let slope = dy[start + place * numbers.channels];
      sum = plus(sum, slope);
      product = plus(product, slope * (x[start + place * numbers.channels] - mean));
    }
  }
  ofSlopes[part * ${lanes}u + lane] = sum;
  ofProducts[part * ${lanes}u + lane] = product;
  ${addedUp('ofSlopes', lanes)}
  ${addedUp('ofProducts', lanes)}
  if (part == 0u && result < numbers.results) {
    let inverse = inverseSqrt(variances[at] + numbers.epsilon);
    sums[group.z * numbers.results + result] = total(ofSlopes[lane]);
    products[group.z * numbers.results + result] = total(ofProducts[lane]) * inverse;
  }
}`;
}
