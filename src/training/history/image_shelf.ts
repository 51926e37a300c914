import { cast, concat, dispose, gather, keep, slice, tidy, zeros } from '@tensorflow/tfjs-core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import { hostDecision, hostEffect, hostInput } from '../../internal/host_input.js';
import { stopGradient } from '../../ops/stop_gradient.js';
import { exchange } from './exchange.js';

/**
 * A history of images of one shape in one tensor, so that an exchange is the same few commands whatever the host
 * decides: the places are inputs. A recorded step can be replayed with it, where a list of images could not.
 */
export class ImageShelf {
  /** Places for `size` images, `[size, height, width, channels]`; those not taken are zeros. */
  rows: Tensor4D;
  /** The number of places taken. */
  count: number;

  /** @param images At most `size` of one shape, `[1, height, width, channels]` each; they stay the caller's. */
  constructor(size: number, shape: Tensor4D['shape'], images: readonly Tensor4D[]) {
    const free = size - images.length;
    const [, height, width, channels] = shape;
    this.count = images.length;
    this.rows = keep(
      tidy(() => {
        const empty =
          free === 0 ? [] : [zeros<Tensor4D['rankType']>([free, height, width, channels])];
        return concat([...images, ...empty] as Tensor4D[], 0);
      }),
    );
  }

  /** Stores images and shows as many, by the rule of {@link exchange}. The result is a constant. */
  exchange(images: Tensor4D, choose: () => number | undefined): Tensor4D {
    const size = this.rows.shape[0];
    const arriving = images.shape[0];
    // decides how many numbers `choose` draws
    hostDecision(() => Math.min(size - this.count, arriving));
    let after: readonly number[] = [];
    let shown: readonly number[] = [];
    const decide = () => {
      const arrivals = Array.from({ length: arriving }, (_, i) => size + i);
      const places = Array.from({ length: this.count }, (_, i) => i);
      const exchanged = exchange(places, arrivals, size, choose);
      [after, shown] = [exchanged.held, exchanged.shown];
      return Float32Array.from({ length: size }, (_, i) => after[i] ?? i);
    };
    const [stored, result] = tidy(() => {
      const all = concat([this.rows, images], 0);
      const at = (indices: ReturnType<typeof hostInput>) =>
        stopGradient(() => gather<Tensor4D>(all, cast(indices, 'int32')));
      return [
        at(hostInput([size], decide)),
        at(hostInput([arriving], () => Float32Array.from(shown))),
      ];
    });
    this.rows.dispose();
    this.rows = keep(stored);
    hostEffect(() => (this.count = after.length));
    return result;
  }

  /** Returns the images in their order, `[1, height, width, channels]` each, which the caller owns. */
  list(): Tensor4D[] {
    return Array.from({ length: this.count }, (_, i) =>
      slice(this.rows, [i, 0, 0, 0], [1, -1, -1, -1]),
    );
  }

  dispose(): void {
    dispose(this.rows);
  }
}
