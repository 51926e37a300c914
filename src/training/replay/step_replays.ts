import { engine } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { WebGPUBackend } from '../../kernels/webgpu/runtime/webgpu_backend.js';
import type { PendingReading } from '../step/step_reading.js';
import { batchTensors, withTensors } from './batch_tensors.js';
import { BufferArena } from './buffer_arena.js';
import type { HostScript } from './host_script.js';
import { watchReads } from './reads.js';
import type { RecordedStep } from './recorded_step.js';
import { StateHomes } from './state_homes.js';
import { StepAttempt } from './step_attempt.js';
import type { Left, RecordingPlace } from './step_attempt.js';
import { flush } from './step_recording.js';

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

/** Records the first steps of each kind on webgpu, and replays later ones. */
export class StepReplays<Batch> {
  private readonly kinds: Map<string, Kind[]> = new Map();
  private readonly said: Set<string> = new Set();
  /** Where they are; undefined before the first step, and after the system has ended. */
  private place: RecordingPlace | undefined;
  private openings = 0;

  constructor(private readonly system: Replayable) {}

  /**
   * Makes a step: replays one of a known kind, and records one that may be replayed.
   *
   * @param isRead Whether the step is read.
   * @param make Makes it by ops.
   * @returns A function that waits for what is read.
   */
  step(batch: Batch, isRead: boolean, make: (batch: Batch) => Left): Read | undefined {
    const found = this.find(batch, isRead);
    if (found?.kind?.isSure === true) {
      if (found.kind.step!.isValid) return this.play(found, found.kind);
      this.forget(found.key, found.kind);
      found.kind = undefined;
    }
    const left =
      found === undefined || (found.kind?.failures ?? 0) >= MOST_FAILURES
        ? make(batch)
        : this.record(batch, found, make);
    return left && (() => left.wait());
  }

  /** Frees all recordings. */
  dispose(): void {
    for (const kinds of this.kinds.values()) for (const { step } of kinds) step?.dispose();
    this.kinds.clear();
    this.place?.homes.close();
    this.place?.arena.release(this.place.backend.bufferManager);
    this.place = undefined;
  }

  /** Looks for the kind of a step, whose decisions are taken for that. */
  private find(batch: Batch, isRead: boolean): Found | undefined {
    const backend = engine().backend as unknown as WebGPUBackend;
    if (engine().backendName !== 'webgpu') return undefined;
    const held = this.system.heldTensors();
    if (typeof held === 'string') return this.refuse(held);
    const described = batchTensors(batch);
    if (described === undefined) return this.refuse('the batch holds something that is no tensor');
    const place = this.place?.backend === backend ? this.place : this.begin(backend);
    if (!place.homes.fits(held)) {
      this.forgetAll(place);
      if (this.openings++ >= MOST_OPENINGS) return this.refuse('the state changes its shapes');
      flush(backend);
      place.homes.open(held);
    }
    const key = `${this.system.kind()} ${String(isRead)} ${described.kind}`;
    const kinds = this.kinds.get(key) ?? [];
    const kind = kinds.find(({ script }) => script.applies());
    return { key, kind, held, tensors: described.tensors };
  }

  private begin(backend: WebGPUBackend): RecordingPlace {
    this.dispose();
    watchReads(backend);
    return (this.place = { backend, homes: new StateHomes(backend), arena: new BufferArena() });
  }

  private play({ tensors, held }: Found, { step, understand }: Kind): Read | undefined {
    const numbers = step!.play(tensors, held);
    this.openings = 0;
    return numbers && (async () => understand!(await numbers()));
  }

  private record(batch: Batch, { key, kind, tensors }: Found, make: (batch: Batch) => Left): Left {
    const held = () => this.system.heldTensors();
    const attempt = new StepAttempt(this.place!, tensors, kind?.step);
    const left = attempt.run(held, (own) => make(withTensors(batch, own)));
    const { script } = attempt;
    const now = kind ?? this.add(key, script);
    const { differs } = attempt;
    const step = attempt.finish(held(), left);
    if (step === undefined) {
      if (differs) {
        now.step?.dispose();
        Object.assign(now, { step: undefined, script });
      }
      if (++now.failures >= MOST_FAILURES) this.refuse(script.refusal!);
    } else if (now.step === undefined) {
      Object.assign(now, { step, script, understand: left?.understand });
    } else {
      now.isSure = true;
      step.dispose(); // the first one is replayed
    }
    return left;
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

  private forgetAll({ backend, homes, arena }: RecordingPlace): void {
    for (const [key, kinds] of [...this.kinds]) for (const kind of kinds) this.forget(key, kind);
    homes.close(); // a value may be in a buffer of the arena
    arena.release(backend.bufferManager);
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
  kind: Kind | undefined;
  readonly held: readonly Tensor[];
  readonly tensors: readonly Tensor[];
}

/** Waits for what is read after a step. */
type Read = PendingReading['wait'];
