import { engine, tensor, tidy } from '@tensorflow/tfjs-core';
import type { DataType, NamedAttrMap, NamedTensorMap, Tensor } from '@tensorflow/tfjs-core';
import { RandomStream } from '../../src/internal/random.js';
import { useBackend } from '../helpers/backends.js';
import type { BackendName } from '../helpers/backends.js';

export interface Input {
  readonly shape: readonly number[];
  readonly values: Float32Array | Int32Array;
}

/** Normal values, another draw for each name. */
export function normal(name: string, shape: readonly number[]): Input {
  const size = shape.reduce((product, axis) => product * axis, 1);
  return { shape, values: new RandomStream(5).fork(name).normalValues(size) };
}

export interface Output {
  readonly shape: number[];
  readonly dtype: DataType;
  readonly values: Float32Array;
}

/** What a kernel answers on one backend. */
export async function runOn(
  backend: BackendName,
  kernelName: string,
  inputs: Record<string, Input>,
  attrs: object,
): Promise<Output> {
  await useBackend(backend);
  return tidy(() => {
    const tensors: NamedTensorMap = {};
    for (const [name, { shape, values }] of Object.entries(inputs))
      tensors[name] = tensor(
        values,
        [...shape],
        values instanceof Int32Array ? 'int32' : 'float32',
      );
    const y: Tensor = engine().runKernel(kernelName, tensors, attrs as NamedAttrMap);
    return { shape: y.shape, dtype: y.dtype, values: Float32Array.from(y.dataSync()) };
  });
}

/** What a kernel answers on cpu, which is the reference, and on wasm. */
export async function onBothBackends(
  kernelName: string,
  inputs: Record<string, Input>,
  attrs: object,
): Promise<{ cpu: Output; wasm: Output }> {
  const cpu = await runOn('cpu', kernelName, inputs, attrs);
  return { cpu, wasm: await runOn('wasm', kernelName, inputs, attrs) };
}
