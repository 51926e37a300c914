import { layers } from '@tensorflow/tfjs-layers';
import type { Shape } from '@tensorflow/tfjs-layers';
import type { RandomStream } from '../internal/random.js';
import type { SavedState, Stateful } from '../types.js';
import { masksAreFrozen } from './modes/frozen_masks.js';

/** A layer that draws from a random stream with a position in training, and keeps the shape of its input. */
export abstract class DrawingLayer extends layers.Layer implements Stateful {
  /**
   * @param options The layer's options, which were checked.
   * @param stream The stream of the layer's draws.
   *
   * @internal
   */
  protected constructor(
    options: ConstructorParameters<typeof layers.Layer>[0],
    /** @internal */
    protected readonly stream: RandomStream,
  ) {
    super(options);
  }

  override computeOutputShape(inputShape: Shape | Shape[]): Shape | Shape[] {
    return inputShape;
  }

  /**
   * Draws the next numbers; the same ones again where {@link withFrozenMasks} is in force.
   *
   * @internal
   */
  protected draw<T>(from: (stream: RandomStream) => T): T {
    const { position } = this.stream;
    const drawn = from(this.stream);
    if (masksAreFrozen()) this.stream.seek(position);
    return drawn;
  }

  /** Returns the number of the next draw. */
  get position(): number {
    return this.stream.position;
  }

  /**
   * Moves to a draw, so that the next training call makes it.
   *
   * @param position The number of the draw, 0 or more.
   * @throws GanKitError if `position` is not an integer, 0 or more.
   */
  seek(position: number): void {
    this.stream.seek(position);
  }

  /** Returns the position in the stream. */
  state(): Promise<SavedState> {
    return this.stream.state();
  }

  /** Restores a saved position. */
  restore(state: SavedState): Promise<void> {
    return this.stream.restore(state);
  }
}
