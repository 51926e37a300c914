import { engine } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { WebGPUBackend } from '../../kernels/webgpu/runtime/webgpu_backend.js';
import type { PendingReading } from '../step/step_reading.js';
import { batchTensors, copied, taken, withTensors } from './batch_tensors.js';
import { BufferArena } from './buffer_arena.js';
import { HostScript } from './host_script.js';
import { watchReads } from './reads.js';
import { RecordedStep } from './recorded_step.js';
import { resourceOf } from './home.js';
import { StateHomes } from './state_homes.js';
import { StepRecording, flush } from './step_recording.js';

/** What a step leaves to be read; nothing, if it is not to be. */
export type Left = PendingReading | undefined;

/** The system whose steps are recorded. */
export interface Replayable {
  /** Lists the tensors that steps may replace, in one order; or says why a step cannot be replayed. */
  heldTensors(): readonly Tensor[] | string;
  /** Returns what the steps of one kind have in common besides their batches: which weights are trained. */
  kind(): string;
  /** Hears once of each reason for which steps are not replayed. */
  refused?: ((why: string) => void) | undefined;
}

/** The steps of one kind: those whose batches look alike, and which take the same decisions. */
interface Kind {
  /** The step that is replayed, or compared with the next one before that. */
  step: RecordedStep | undefined;
  /** The decisions of steps that are not recorded. */
  script: HostScript;
  understand: PendingReading['understand'] | undefined;
  /** Whether two recordings were equal. */
  isSure: boolean;
  /** The number of recordings that came to nothing. */
  failures: number;
}

const MOST_FAILURES = 4;
const MOST_KINDS = 16;
/** How often homes are made for a state of other shapes before a step is replayed. */
const MOST_OPENINGS = 6;

/** Makes a step and starts its reading. */
type Make<Batch> = (batch: Batch) => Left;

/** Records the first steps of each kind on webgpu, and replays later ones. */
export class StepReplays<Batch> {
  private readonly kinds: Map<string, Kind[]> = new Map();
  private readonly said: Set<string> = new Set();
  private backend: WebGPUBackend | undefined;
  private homes: StateHomes | undefined;
  private openings = 0;
  private arena: BufferArena = new BufferArena();

  constructor(private readonly system: Replayable) {}

  /**
   * Replays a step of a known kind.
   *
   * @param isRead Whether the step is read.
   * @returns What the step leaves; undefined if it was not made.
   */
  play(batch: Batch, isRead: boolean): { readonly reading: Read | undefined } | undefined {
    const found = this.find(batch, isRead);
    if (found?.kind?.isSure !== true) return undefined;
    const { step, understand } = found.kind;
    if (!step!.isValid) {
      this.forget(found.key, found.kind);
      return undefined;
    }
    const numbers = step!.play(found.tensors, found.held);
    this.openings = 0;
    if (numbers === undefined) return { reading: undefined };
    return { reading: async () => understand!(await numbers()) };
  }

  /** Makes a step, and records it if it may be replayed. */
  make(batch: Batch, isRead: boolean, make: Make<Batch>): Left {
    const found = this.find(batch, isRead);
    if (found === undefined || (found.kind?.failures ?? 0) >= MOST_FAILURES) return make(batch);
    return this.record(batch, found, make);
  }

  /** Frees all recordings. */
  dispose(): void {
    for (const kinds of this.kinds.values()) for (const { step } of kinds) step?.dispose();
    this.kinds.clear();
    this.homes?.close();
    this.homes = undefined;
    if (this.backend !== undefined) this.arena.release(this.backend.bufferManager);
    this.backend = undefined;
  }

  /** Looks for the kind of a step, whose decisions are taken for that. */
  private find(batch: Batch, isRead: boolean): Found | undefined {
    const backend = engine().backend as unknown as WebGPUBackend;
    if (engine().backendName !== 'webgpu') return undefined;
    const held = this.system.heldTensors();
    if (typeof held === 'string') return this.refuse(held);
    const described = batchTensors(batch);
    if (described === undefined) return this.refuse('the batch holds something that is no tensor');
    if (backend !== this.backend) this.begin(backend);
    if (!this.homes!.fits(held)) {
      this.forgetAll();
      if (this.openings++ >= MOST_OPENINGS) return this.refuse('the state changes its shapes');
      flush(backend);
      this.homes!.open(held);
    }
    const key = `${this.system.kind()} ${String(isRead)} ${described.kind}`;
    const kinds = this.kinds.get(key) ?? [];
    const kind = kinds.find(({ script }) => script.applies());
    return { key, kind, held, tensors: described.tensors };
  }

  private begin(backend: WebGPUBackend): void {
    this.dispose();
    this.backend = backend;
    this.homes = new StateHomes(backend);
    this.arena = new BufferArena();
    watchReads(backend);
  }

  private record(batch: Batch, { key, kind, held, tensors }: Found, make: Make<Batch>): Left {
    const backend = this.backend!;
    const homes = this.homes!;
    const own = tensors.map((x) => copied(backend, x));
    for (const { dataId } of held) backend.uploadToGPU(dataId); // before the copies
    flush(backend);
    this.encoded((encoder) => homes.settle(held, encoder));

    const inputs: RecordedStepInputs = [];
    const refuse = (why: string): void => script.refuse(why);
    const recording = new StepRecording(backend, this.arena, refuse);
    const script = new HostScript((x) => {
      inputs.push(recording.nameInput(x, `i${inputs.length}`));
    }, kind?.step?.script);
    own.forEach((x, i) => recording.name(resourceOf(backend, x.dataId), `b${i}`));
    held.forEach((_, i) => recording.name(homes.at(i).buffer, `s${i}`));
    let left: Left;
    try {
      recording.record(() =>
        script.write(() => {
          left = make(withTensors(batch, own));
          const after = this.system.heldTensors();
          if (typeof after !== 'string')
            for (const { dataId } of after) backend.uploadToGPU(dataId);
        }),
      );
    } catch (error) {
      recording.discard((fn) => this.encoded(fn));
      for (const x of own) x.dispose();
      throw error;
    }

    const after = this.system.heldTensors();
    const isSame = typeof after !== 'string' && homes.fits(after);
    if (!isSame) script.refuse('the state has other shapes after the step');
    const expected = new Set(isSame ? after.map(({ dataId }) => dataId) : []);
    if (left !== undefined) expected.add(left.numbers.dataId);
    if (recording.survivors().some((dataId) => !expected.has(dataId)))
      script.refuse('the step leaves a tensor behind that is not part of the state');
    for (const [dataId, buffer] of recording.outside)
      if (!backend.tensorMap.has(dataId) || resourceOf(backend, dataId) !== buffer)
        script.refuse('the step frees a tensor from before');
    const differs =
      kind?.step !== undefined && kind.step.lines.join('\n') !== recording.lines.join('\n');
    if (differs) script.refuse('two steps of one kind have different commands');

    const now = kind ?? this.add(key, script);
    if (script.refusal !== undefined || !isSame) {
      recording.discard((fn) => this.encoded(fn));
      for (const x of own) x.dispose();
      now.failures++;
      if (differs) {
        now.step?.dispose();
        now.step = undefined;
        now.script = script;
      }
      if (now.failures >= MOST_FAILURES) this.refuse(script.refusal!);
      return left;
    }
    const changes = after.flatMap((x, index) =>
      homes.holds(x, index) ? [] : [{ index, buffer: resourceOf(backend, x.dataId) }],
    );
    const numbers = left === undefined ? undefined : resourceOf(backend, left.numbers.dataId);
    this.encoded((encoder) => {
      recording.keep(encoder);
      homes.settle(after, encoder);
    });
    const step = new RecordedStep(backend, homes, {
      ...{ script, recording, inputs, batch: own.map((x) => taken(backend, x)), numbers },
      changes: changes.map((one) => ({ ...one, stays: this.arena.has(one.buffer) })),
    });
    if (now.step === undefined) Object.assign(now, { step, script, understand: left?.understand });
    else {
      now.isSure = true;
      step.dispose(); // the first one is replayed
    }
    return left;
  }

  private encoded(
    fn: (encoder: ReturnType<WebGPUBackend['device']['createCommandEncoder']>) => void,
  ): void {
    const { device, queue } = this.backend!;
    const encoder = device.createCommandEncoder();
    fn(encoder);
    queue.submit([encoder.finish()]);
  }

  private add(key: string, script: HostScript): Kind {
    const kind = { step: undefined, script, understand: undefined, isSure: false, failures: 0 };
    const kinds = this.kinds.get(key) ?? [];
    this.kinds.set(key, [...kinds, kind]);
    if ([...this.kinds.values()].flat().length > MOST_KINDS) this.forgetOldest();
    return kind;
  }

  private forget(key: string, kind: Kind): void {
    kind.step?.dispose();
    const others = (this.kinds.get(key) ?? []).filter((one) => one !== kind);
    if (others.length === 0) this.kinds.delete(key);
    else this.kinds.set(key, others);
  }

  private forgetOldest(): void {
    const [key, [kind]] = this.kinds.entries().next().value as [string, [Kind]];
    this.forget(key, kind);
  }

  private forgetAll(): void {
    for (const [key, kinds] of [...this.kinds]) for (const kind of kinds) this.forget(key, kind);
    this.homes!.close(); // a value may be in a buffer of the arena
    this.arena.release(this.backend!.bufferManager);
  }

  private refuse(why: string): undefined {
    if (this.said.has(why)) return;
    this.said.add(why);
    this.system.refused?.(why);
  }
}

/** A step's kind, if it is known, and what it is made from. */
interface Found {
  readonly key: string;
  readonly kind: Kind | undefined;
  readonly held: readonly Tensor[];
  readonly tensors: readonly Tensor[];
}

type RecordedStepInputs = ReturnType<StepRecording['nameInput']>[];

/** Waits for the numbers of a step. */
export type Read = () => ReturnType<PendingReading['wait']>;
