import type { TensorInfo } from '@tensorflow/tfjs-core';
import { runShader } from '../runtime/run_shader.js';
import type { WebGPUBackend } from '../runtime/webgpu_backend.js';
import { shaderNumbers } from './shader_numbers.js';
import { workgroupGrid } from './tiles.js';

const THREADS = 64;

/** Adds the parts `[parts, size]` of a result pairwise, in the form of a tree of eight leaves, and disposes of them. */
export function sumParts(backend: WebGPUBackend, parts: TensorInfo, shape: number[]): TensorInfo {
  const [count, size] = parts.shape as [number, number];
  const { struct, numbers } = shaderNumbers({ count, size });
  const [sum] = runShader(backend, {
    name: 'SumParts',
    code: `${struct}
@group(0) @binding(0) var<storage, read> parts : array<f32>;
@group(0) @binding(1) var<storage, read_write> sums : array<f32>;
@group(0) @binding(2) var<uniform> numbers : Numbers;

fn part(i : i32, place : i32) -> f32 {
  if (i >= numbers.count) { return 0; }
  return parts[i * numbers.size + place];
}
fn sumOfTwo(i : i32, place : i32) -> f32 { return part(i, place) + part(i + 1, place); }
fn sumOfFour(i : i32, place : i32) -> f32 { return sumOfTwo(i, place) + sumOfTwo(i + 2, place); }

@compute @workgroup_size(${THREADS})
fn main(
  @builtin(workgroup_id) group : vec3u,
  @builtin(num_workgroups) groups : vec3u,
  @builtin(local_invocation_index) index : u32,
) {
  let place = i32((group.x + group.y * groups.x) * ${THREADS} + index);
  if (place >= numbers.size) { return; }
  var sum = 0.0;
  for (var i = 0; i < numbers.count; i += 8) {
    sum += sumOfFour(i, place) + sumOfFour(i + 4, place);
  }
  sums[place] = sum;
}
`,
    inputs: [parts],
    outputs: [{ shape, dtype: 'float32' }],
    numbers,
    workgroups: workgroupGrid(Math.ceil(size / THREADS)),
  });
  backend.disposeData(parts.dataId);
  return sum!;
}
