import type { TensorInfo } from '@tensorflow/tfjs-core';
import { ceilDiv, MOST_GROUPS } from './workgroups.js';
import { runShader } from './run_shader.js';
import type { WebGPUBackend } from './webgpu_backend.js';

/** How an operand is read: its element, its first one, that of the last axis, or by the body, from the name with a `_`. */
export type Reading = 'each' | 'one' | 'channel' | 'own';

/** Results that have one shape, each element computed from those of the operands at its place. */
export interface ElementwiseRun {
  readonly name: string;
  /** Float32 operands by the name that the body has for their value; at most 8 with the results. */
  readonly inputs: Readonly<Record<string, TensorInfo>>;
  /** How operands are read that have fewer elements than the results. */
  readonly readings?: Readonly<Record<string, Reading>>;
  /** Float32 numbers that do not change from step to step, by their names in the body. */
  readonly numbers?: Readonly<Record<string, number>>;
  /** Numbers of type u32, such as sizes. */
  readonly integers?: Readonly<Record<string, number>>;
  /** Names of the results, which the body declares. */
  readonly outputs: readonly string[];
  readonly shape: readonly number[];
  /** WGSL statements. */
  readonly body: string;
  /** WGSL functions that the body calls. */
  readonly functions?: string;
}

const SIZE = 64;

const INDEX: Readonly<Record<Exclude<Reading, 'own'>, string>> = {
  each: 'index',
  one: '0u',
  channel: 'index % numbers.channels',
};

/** Runs a shader with one thread for each element. */
export function runElementwise(backend: WebGPUBackend, run: ElementwiseRun): TensorInfo[] {
  const { inputs, numbers = {}, integers = {}, outputs, shape, name } = run;
  const size = shape.reduce((product, axis) => product * axis, 1);
  const groups = ceilDiv(size, SIZE);
  const columns = Math.min(groups, MOST_GROUPS);
  return runShader(backend, {
    name,
    code: codeOf(run),
    inputs: Object.values(inputs),
    outputs: outputs.map(() => ({ shape: [...shape], dtype: 'float32' as const })),
    numbers: [
      { type: 'uint32', value: size },
      { type: 'uint32', value: columns * SIZE },
      { type: 'uint32', value: shape.at(-1) ?? 1 },
      ...Object.values(integers).map((value) => ({ type: 'uint32' as const, value })),
      ...Object.values(numbers).map((value) => ({ type: 'float32' as const, value })),
    ],
    workgroups: [columns, ceilDiv(groups, columns)],
  });
}

function codeOf(run: ElementwiseRun): string {
  const { inputs, readings = {}, outputs, body, functions = '' } = run;
  const names = Object.keys(inputs);
  const buffers = [
    ...names.map((name) => `var<storage, read> ${name}_: array<f32>;`),
    ...outputs.map((name) => `var<storage, read_write> ${name}_: array<f32>;`),
    'var<uniform> numbers: Numbers;',
  ];
  const fields = [
    ...['size', 'width', 'channels', ...Object.keys(run.integers ?? {})].map(
      (name) => `${name}: u32`,
    ),
    ...Object.keys(run.numbers ?? {}).map((name) => `${name}: f32`),
  ];
  const loads = names.map((name) => {
    const reading = readings[name] ?? 'each';
    return reading === 'own' ? '' : `  let ${name} = ${name}_[${INDEX[reading]}];\n`;
  });
  return `
struct Numbers { ${fields.join(', ')} }
${buffers.map((buffer, binding) => `@group(0) @binding(${binding}) ${buffer}`).join('\n')}
${functions}
@compute @workgroup_size(${SIZE})
fn main(@builtin(global_invocation_id) at: vec3u) {
  let index = at.y * numbers.width + at.x;
  if (index >= numbers.size) { return; }
${loads.join('')}${body}
${outputs.map((name) => `  ${name}_[index] = ${name};`).join('\n')}
}`;
}
