import { observeHost } from '../../internal/host_input.js';
import type { HostObserver, Positioned } from '../../internal/host_input.js';
import type { Tensor } from '@tensorflow/tfjs-core';

/** A draw from a stream, by its distance from the stream's place at the beginning of the step. */
interface Place {
  readonly stream: Positioned;
  readonly offset: number;
}

/** Numbers that the host makes at each step. */
interface Input {
  readonly draw: () => Float32Array;
  readonly places: Place[];
}

type Effect = () => void;

/** A decision with its outcome. */
interface Decision {
  readonly decide: () => boolean | number;
  readonly outcome: boolean | number;
}

/** What the door is used for at a moment: an input, a decision, an effect, or a comparison with an earlier script. */
type Use = Input | 'decision' | 'effect' | 'comparison';

/**
 * What the host does in a step, in order: the numbers it uploads, and the changes of its own state; and the decisions
 * on which that order rests. It is written during a step, and can be followed in the place of later ones.
 */
export class HostScript implements HostObserver {
  readonly decisions: Decision[] = [];
  private readonly inputs: Input[] = [];
  /** Inputs and effects in their order. */
  private readonly actions: (Input | Effect)[] = [];
  /** The places of streams at the beginning of the step, then how far each has moved in it. */
  private readonly starts = new Map<Positioned, number>();
  private readonly moved: Place[] = [];
  private use: Use | undefined;
  private why: string | undefined;

  /**
   * @param uploaded Receives the tensor of each input.
   * @param earlier The script of an earlier step of the same kind: its inputs must make the same numbers now.
   */
  constructor(
    private readonly uploaded: (x: Tensor) => void,
    private readonly earlier: HostScript | undefined,
  ) {}

  /** Returns why the step cannot be replayed, if something is against it. */
  get refusal(): string | undefined {
    return this.why;
  }

  /** Notes why the step cannot be replayed; the first reason stays. */
  refuse(why: string): void {
    this.why ??= why;
  }

  /** Runs a step, and writes this script. */
  write(step: () => void): void {
    observeHost(this, step);
    for (const [stream, start] of this.starts)
      this.moved.push({ stream, offset: stream.position - start });
  }

  input(draw: () => Float32Array, upload: (values: Float32Array) => Tensor): Tensor {
    if (this.use !== undefined) return upload(draw());
    const input: Input = { draw, places: [] };
    const values = this.during(input, draw);
    this.compare(this.earlier?.inputs[this.inputs.length], values);
    this.inputs.push(input);
    this.actions.push(input);
    const x = upload(values);
    this.uploaded(x);
    return x;
  }

  decision<T extends boolean | number>(decide: () => T): T {
    if (this.use !== undefined) return decide();
    const outcome = this.during('decision', decide);
    this.decisions.push({ decide, outcome });
    return outcome;
  }

  effect(change: () => void): void {
    if (this.use !== undefined) return change();
    this.actions.push(change);
    this.during('effect', change);
  }

  moves(stream: Positioned, by: 'draw' | 'seek'): void {
    const { use, starts } = this;
    if (use === 'comparison') return;
    if (!starts.has(stream)) starts.set(stream, stream.position);
    if (by === 'seek') return;
    if (typeof use !== 'object')
      return this.refuse('random numbers are drawn that no input of the step is made of');
    if (!use.places.some((place) => place.stream === stream))
      use.places.push({ stream, offset: stream.position - starts.get(stream)! });
  }

  asksForIndex(): void {
    if (this.use === undefined) this.refuse('the number of the step is read outside of a decision');
  }

  /** Returns whether all decisions come out as in the step that was recorded. */
  applies(): boolean {
    return this.decisions.every(({ decide, outcome }) => decide() === outcome);
  }

  /**
   * Does all that the host does in a step.
   *
   * @param receive Receives the numbers of each input, by its index.
   */
  follow(receive: (index: number, values: Float32Array) => void): void {
    const starts = new Map(this.moved.map(({ stream }) => [stream, stream.position]));
    let index = 0;
    for (const action of this.actions) {
      if (typeof action === 'function') action();
      else receive(index++, numbersOf(action, starts));
    }
    for (const { stream, offset } of this.moved) stream.seek(starts.get(stream)! + offset);
  }

  /** Refuses an earlier input that makes other numbers at this place. */
  private compare(earlier: Input | undefined, values: Float32Array): void {
    if (earlier === undefined) return;
    this.during('comparison', () => {
      const touched = new Set([
        ...this.starts.keys(),
        ...earlier.places.map(({ stream }) => stream),
      ]);
      const found = [...touched].map((stream) => ({ stream, at: stream.position }));
      const again = numbersOf(earlier, this.starts);
      for (const { stream, at } of found) stream.seek(at);
      if (again.length !== values.length || !again.every((value, i) => Object.is(value, values[i])))
        this.refuse('numbers that the host makes depend on a step in a way that is not told');
    });
  }

  private during<T>(use: Use, fn: () => T): T {
    this.use = use;
    try {
      return fn();
    } finally {
      this.use = undefined;
    }
  }
}

/** Makes the numbers of an input, from streams that began a step at given places. */
function numbersOf({ draw, places }: Input, starts: ReadonlyMap<Positioned, number>): Float32Array {
  for (const { stream, offset } of places)
    stream.seek((starts.get(stream) ?? stream.position) + offset);
  return draw();
}
