import { env } from '@tensorflow/tfjs-core';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { ComputePass, Pipeline, WebGPUBackend } from './webgpu_backend.js';

/** A number that a shader reads. */
export interface ShaderNumber {
  readonly type: 'int32' | 'uint32' | 'float32';
  readonly value: number;
}

/** One run of a shader. */
export interface ShaderRun {
  /** A label for error messages of the driver. */
  readonly name: string;
  /**
   * WGSL with the entry point `main`. In group 0, the inputs have the bindings from 0 on, `var<storage, read>`; then come
   * the outputs, `var<storage, read_write>`; and last the numbers, `var<uniform>`, if there are any.
   */
  readonly code: string;
  /** Tensors of float32 or int32, at most 8 with the outputs; an input must not occur twice. */
  readonly inputs: readonly TensorInfo[];
  /** The tensors to make, or to write if they exist. */
  readonly outputs: readonly (TensorInfo | Pick<TensorInfo, 'shape' | 'dtype'>)[];
  /** Numbers of four bytes each, in the order of the fields of the uniform struct. */
  readonly numbers?: readonly ShaderNumber[];
  /** Number of workgroups along x, y and z; at most 65,535 each. */
  readonly workgroups: readonly [x: number, y?: number, z?: number];
}

/** Pipelines by the text of their shader; a device that is lost takes its own along. */
const compiled = new WeakMap<WebGPUBackend, Map<string, Pipeline>>();

/**
 * Adds a run of a shader to the commands that wait for their submission. tfjs's own programs have one output each and
 * a uniform struct of their own making.
 *
 * @returns The outputs, tensors of the caller.
 */
export function runShader(backend: WebGPUBackend, run: ShaderRun): TensorInfo[] {
  const { inputs, numbers = [], workgroups } = run;
  const outputs = run.outputs.map((output) =>
    'dataId' in output ? output : backend.makeTensorInfo(output.shape, output.dtype),
  );
  if (outputs.every(({ shape }) => shape.includes(0))) return outputs;
  const tensors = [...inputs, ...outputs];
  for (const { dataId } of tensors) backend.uploadToGPU(dataId);
  const pipeline = pipelineOf(backend, run);
  const resources = [
    ...tensors.map((tensor) => backend.tensorToBinding(tensor)),
    ...(numbers.length === 0
      ? []
      : [backend.makeUniforms(numbers.map(({ type, value }) => ({ type, data: [value] })))]),
  ];
  for (const { dataId } of tensors) backend.commandQueueOwnedIds.add(dataId);
  const group = backend.device.createBindGroup({
    layout: pipeline.getBindGroupLayout(0),
    entries: resources.map((resource, binding) => ({ binding, resource })),
  });
  const pass = passOf(backend);
  pass.setPipeline(pipeline);
  pass.setBindGroup(0, group);
  pass.dispatchWorkgroups(...(workgroups as [number]));
  backend.dispatchCountInPass++;
  if (env().getNumber('WEBGPU_DEFERRED_SUBMIT_BATCH_SIZE') <= backend.dispatchCountInPass) {
    backend.endComputePassEncoder();
    backend.submitQueue();
  }
  return outputs;
}

/** Returns the pass that receives commands, opened if there is none. */
function passOf(backend: WebGPUBackend): ComputePass {
  backend.ensureCommandEncoderReady();
  const opened = backend.computePassEncoder ?? backend.commandEncoder!.beginComputePass({});
  (backend as { computePassEncoder: ComputePass | null }).computePassEncoder = opened;
  return opened;
}

function pipelineOf(backend: WebGPUBackend, { name, code }: ShaderRun): Pipeline {
  const pipelines = compiled.get(backend) ?? new Map<string, Pipeline>();
  compiled.set(backend, pipelines);
  let pipeline = pipelines.get(code);
  if (pipeline === undefined) {
    const module = backend.device.createShaderModule({ code, label: name });
    pipeline = backend.device.createComputePipeline({
      compute: { module, entryPoint: 'main' },
      label: name,
      layout: 'auto',
    });
    pipelines.set(code, pipeline);
  }
  return pipeline;
}
