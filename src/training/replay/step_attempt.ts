import type { Tensor } from '@tensorflow/tfjs-core';
import type {
  CommandEncoder,
  GPUMemory,
  WebGPUBackend,
} from '../../kernels/webgpu/runtime/webgpu_backend.js';
import type { PendingReading } from '../step/step_reading.js';
import { copied, taken } from './batch_tensors.js';
import type { BufferArena } from './buffer_arena.js';
import { resourceOf } from './home.js';
import { HostScript } from './host_script.js';
import { RecordedStep } from './recorded_step.js';
import type { StateHomes } from './state_homes.js';
import { StepRecording, flush } from './step_recording.js';

/** What a step leaves to be read; nothing, if it is not to be. */
export type Left = PendingReading | undefined;

/** Where a system's steps are recorded. */
export interface RecordingPlace {
  readonly backend: WebGPUBackend;
  readonly homes: StateHomes;
  readonly arena: BufferArena;
}

/** A step that ops make while its commands are noted, on copies of its batch. */
export class StepAttempt {
  /** What the host does in the step, and what is against a replay. */
  readonly script: HostScript;
  private readonly recording: StepRecording;
  private readonly inputs: GPUMemory[] = [];
  private readonly batch: readonly Tensor[];

  /**
   * @param batch The tensors of the step's batch.
   * @param earlier A step of the same kind, which this one should be equal to.
   */
  constructor(
    private readonly place: RecordingPlace,
    batch: readonly Tensor[],
    private readonly earlier: RecordedStep | undefined,
  ) {
    const { backend, arena } = place;
    this.recording = new StepRecording(backend, arena, (why) => this.script.refuse(why));
    this.script = new HostScript((x) => {
      this.inputs.push(this.recording.nameInput(x, `i${this.inputs.length}`));
    }, earlier?.script);
    this.batch = batch.map((x) => copied(backend, x));
  }

  /**
   * Makes the step. If it throws, nothing of the attempt is left.
   *
   * @param held Lists the state.
   * @param make Makes the step from the copies of the batch.
   */
  run(held: () => readonly Tensor[] | string, make: (batch: readonly Tensor[]) => Left): Left {
    const { backend, homes } = this.place;
    const state = this.upload(held());
    flush(backend);
    this.encoded((encoder) => homes.settle(state, encoder));
    this.batch.forEach((x, i) => this.recording.name(resourceOf(backend, x.dataId), `b${i}`));
    state.forEach((_, i) => this.recording.name(homes.at(i).buffer, `s${i}`));
    let left: Left;
    try {
      this.recording.record(() =>
        this.script.write(() => {
          left = make(this.batch);
          this.upload(held());
        }),
      );
    } catch (error) {
      this.discard();
      throw error;
    }
    return left;
  }

  /** Whether the step had other commands than the earlier one. */
  get differs(): boolean {
    const { earlier, recording } = this;
    return earlier !== undefined && earlier.lines.join('\n') !== recording.lines.join('\n');
  }

  /**
   * Returns the step for replays; undefined if something is against them, which the script says.
   *
   * @param after The state after the step, or why there is none.
   */
  finish(after: readonly Tensor[] | string, left: Left): RecordedStep | undefined {
    const { recording, script } = this;
    const { backend, homes, arena } = this.place;
    if (!this.isWhole(after, left)) {
      this.discard();
      return undefined;
    }
    const changes = after.flatMap((x, index) => {
      if (homes.holds(x, index)) return [];
      const buffer = resourceOf(backend, x.dataId);
      return [{ index, buffer, stays: arena.has(buffer) }];
    });
    const numbers = left && resourceOf(backend, left.numbers.dataId);
    this.encoded((encoder) => {
      recording.keep(encoder);
      homes.settle(after, encoder);
    });
    const batch = this.batch.map((x) => taken(backend, x));
    const parts = { script, recording, inputs: this.inputs, batch, numbers, changes };
    return new RecordedStep(backend, homes, parts);
  }

  /** Returns whether a replay would do all that the step did, and tells the script if not. */
  private isWhole(after: readonly Tensor[] | string, left: Left): after is readonly Tensor[] {
    const { recording, script } = this;
    const { backend, homes } = this.place;
    const isSame = typeof after !== 'string' && homes.fits(after);
    if (!isSame) script.refuse('the state has other shapes after the step');
    const expected = new Set(isSame ? after.map(({ dataId }) => dataId) : []);
    if (left !== undefined) expected.add(left.numbers.dataId);
    if (recording.survivors().some((dataId) => !expected.has(dataId)))
      script.refuse('the step leaves a tensor behind that is not part of the state');
    for (const [dataId, buffer] of recording.outside)
      if (!backend.tensorMap.has(dataId) || resourceOf(backend, dataId) !== buffer)
        script.refuse('the step frees a tensor from before');
    if (this.differs) script.refuse('two steps of one kind have different commands');
    return script.refusal === undefined;
  }

  private discard(): void {
    this.recording.discard((fn) => this.encoded(fn));
    for (const x of this.batch) x.dispose();
  }

  /** Sees to it that tensors are on the GPU, and returns them. */
  private upload(tensors: readonly Tensor[] | string): readonly Tensor[] {
    if (typeof tensors === 'string') return [];
    for (const { dataId } of tensors) this.place.backend.uploadToGPU(dataId);
    return tensors;
  }

  private encoded(fn: (encoder: CommandEncoder) => void): void {
    const { device, queue } = this.place.backend;
    const encoder = device.createCommandEncoder();
    fn(encoder);
    queue.submit([encoder.finish()]);
  }
}
