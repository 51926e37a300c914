import type { Tensor } from '@tensorflow/tfjs-core';
import { throwPendingError } from '../../backend/webgpu_errors.js';
import type { GPUMemory, WebGPUBackend } from '../../kernels/webgpu/runtime/webgpu_backend.js';
import type { HostScript } from './host_script.js';
import { resourceOf } from './home.js';
import type { StateHomes } from './state_homes.js';
import { flush } from './step_recording.js';
import type { StepRecording } from './step_recording.js';

/** What a recorded step consists of. */
export interface RecordedParts {
  readonly script: HostScript;
  readonly recording: StepRecording;
  /** The buffers of the host's inputs, in their order. */
  readonly inputs: readonly GPUMemory[];
  /** The buffers of the tensors of its batch. */
  readonly batch: readonly GPUMemory[];
  /**
   * The state that the step changes: the place in the list of tensors, the buffer of the new value, and whether the value
   * stays there until the next step begins.
   */
  readonly changes: readonly {
    readonly index: number;
    readonly buffer: GPUMemory;
    readonly stays: boolean;
  }[];
  /** The buffer of the numbers that are read after the step. */
  readonly numbers: GPUMemory | undefined;
}

const COPY_DST_AND_MAP_READ = 0x8 | 0x1;
const MAP_READ = 0x1;

/** A step whose commands are made again without the ops that made them first. */
export class RecordedStep {
  private written: ReadonlySet<number> | undefined;

  constructor(
    private readonly backend: WebGPUBackend,
    private readonly homes: StateHomes,
    private readonly parts: RecordedParts,
  ) {}

  /** The places of the tensors that the step changes. */
  private get writes(): ReadonlySet<number> {
    return (this.written ??= new Set(this.parts.changes.map(({ index }) => index)));
  }

  get script(): HostScript {
    return this.parts.script;
  }

  /** Returns the commands as lines, to compare them. */
  get lines(): readonly string[] {
    return this.parts.recording.lines;
  }

  /** Returns whether the data from outside that the commands use is as it was. */
  get isValid(): boolean {
    const { tensorMap } = this.backend;
    for (const [dataId, buffer] of this.parts.recording.outside)
      if (!tensorMap.has(dataId) || tensorMap.get(dataId).resource !== buffer) return false;
    return true;
  }

  /**
   * Makes the step again.
   *
   * @param batch Tensors of the shapes of the first batch.
   * @param state The tensors of the state.
   * @returns A function that waits for the numbers to read, if there are any.
   */
  play(
    batch: readonly Tensor[],
    state: readonly Tensor[],
  ): (() => Promise<Float32Array>) | undefined {
    const { backend, homes, parts } = this;
    const { script, recording, inputs, changes, numbers } = parts;
    const { device, queue } = backend;
    for (const { dataId } of [...batch, ...state]) backend.uploadToGPU(dataId); // before the copies
    script.follow((index, values) => queue.writeBuffer(inputs[index]!, 0, values));
    flush(backend);
    const encoder = device.createCommandEncoder();
    homes.settle(state, encoder, this.writes);
    parts.batch.forEach((to, i) => {
      encoder.copyBufferToBuffer(
        resourceOf(backend, batch[i]!.dataId),
        0,
        to,
        0,
        4 * batch[i]!.size,
      );
    });
    encode(encoder, recording.commands);
    for (const { index, buffer, stays } of changes)
      if (!stays) homes.at(index).overwrite(buffer, encoder);
    const staging =
      numbers && backend.bufferManager.acquireBuffer(numbers.size, COPY_DST_AND_MAP_READ);
    if (staging) encoder.copyBufferToBuffer(numbers, 0, staging, 0, numbers.size);
    queue.submit([encoder.finish()]);
    for (const { index, buffer, stays } of changes) if (stays) homes.at(index).leave(buffer);
    if (staging === undefined) return undefined;
    return async () => {
      await staging.mapAsync(MAP_READ);
      const values = new Float32Array(staging.getMappedRange().slice(0));
      staging.unmap();
      backend.bufferManager.releaseBuffer(staging);
      throwPendingError(backend);
      return values;
    };
  }

  /** Frees what only this step uses. */
  dispose(): void {
    const { recording, batch } = this.parts;
    for (const buffer of [...batch, ...recording.fixed])
      this.backend.bufferManager.releaseBuffer(buffer);
  }
}

/** Adds commands to an encoder; a pass goes on until a copy. */
function encode(
  encoder: ReturnType<WebGPUBackend['device']['createCommandEncoder']>,
  commands: StepRecording['commands'],
): void {
  let pass: ReturnType<typeof encoder.beginComputePass> | undefined;
  let current: object | undefined;
  for (const command of commands) {
    if ('group' in command) {
      const { pipeline, group, size } = command;
      pass ??= encoder.beginComputePass();
      if (pipeline !== current) pass.setPipeline(pipeline);
      current = pipeline;
      pass.setBindGroup(0, group);
      pass.dispatchWorkgroups(size[0], size[1] ?? 1, size[2] ?? 1);
      continue;
    }
    pass?.end();
    pass = current = undefined;
    const { from, fromOffset, to, toOffset, bytes } = command;
    encoder.copyBufferToBuffer(from, fromOffset, to, toOffset, bytes);
  }
  pass?.end();
}
