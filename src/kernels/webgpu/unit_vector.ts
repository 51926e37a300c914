import type { TensorInfo } from '@tensorflow/tfjs-core';
import { UNIT_VECTOR } from '../../ops/power_iteration.js';
import type { UnitVectorAttrs } from '../../ops/power_iteration.js';
import { kernelFunc } from '../replacement.js';
import type { KernelReplacement } from '../replacement.js';
import { COMPENSATED_SUM, THREADS, addedUp } from './runtime/compensated_sum.js';
import { IS_NAN } from './runtime/not_a_number.js';
import { runShader } from './runtime/run_shader.js';
import type { WebGPUKernelCall } from './runtime/webgpu_backend.js';

type Call = WebGPUKernelCall<{ x: TensorInfo }, UnitVectorAttrs>;

/** x / max(‖x‖, ε) in one dispatch, by one group of threads: for the vectors of a power iteration. */
export const unitVectorOnWebGPU: KernelReplacement = {
  kernelName: UNIT_VECTOR,
  backendName: 'webgpu',
  make: () =>
    kernelFunc<Call>(({ inputs: { x }, attrs: { epsilon }, backend }) => {
      const size = x.shape.reduce((product, axis) => product * axis, 1);
      const [y] = runShader(backend, {
        name: UNIT_VECTOR,
        code: CODE,
        inputs: [x],
        outputs: [{ shape: x.shape, dtype: 'float32' }],
        numbers: [
          { type: 'uint32', value: size },
          { type: 'float32', value: epsilon },
        ],
        workgroups: [1],
      });
      return y!;
    }),
};

const CODE = `
struct Numbers { size: u32, epsilon: f32 }
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;
@group(0) @binding(2) var<uniform> numbers: Numbers;
var<workgroup> pairs: array<vec2f, ${THREADS}>;
${COMPENSATED_SUM}${IS_NAN}
@compute @workgroup_size(${THREADS})
fn main(@builtin(local_invocation_index) part: u32) {
  let lane = 0u;
  var sum = vec2f(0);
  for (var i = part; i < numbers.size; i += ${THREADS}u) { sum = plus(sum, x[i] * x[i]); }
  pairs[part] = sum;
  ${addedUp('pairs', 1)}
  let length = sqrt(total(pairs[0]));
  // a driver may take ε for the larger of NaN and ε
  let norm = select(max(length, numbers.epsilon), length, isNaN(length));
  for (var i = part; i < numbers.size; i += ${THREADS}u) { y[i] = x[i] / norm; }
}`;
