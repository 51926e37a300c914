import { tensor4d } from '@tensorflow/tfjs-core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import { colourOf } from './palette.js';
import { drawScene } from './scenes.js';
import type { Scene } from './scenes.js';

/** The first index of the scenes of each half; no index belongs to both. */
const FIRST = { train: 0, test: 1_000_000 } as const;

/** A number of scenes of one half, each drawn at its first use. */
export class Scenes {
  private readonly drawn = new Map<number, Scene>();

  constructor(
    readonly half: keyof typeof FIRST,
    readonly count: number,
    readonly size: number,
    private readonly seed = 0,
  ) {}

  at(place: number): Scene {
    let scene = this.drawn.get(place);
    if (scene === undefined) {
      scene = drawScene(this.seed, FIRST[this.half] + place, this.size);
      this.drawn.set(place, scene);
    }
    return scene;
  }

  /** Makes a batch of photos, `[places, size, size, 3]` in [−1, 1]. */
  photos(places: ArrayLike<number>): Tensor4D {
    return this.stack(places, ({ photo }) => photo);
  }

  /** Makes a batch of label maps in the colours of the palette, `[places, size, size, 3]` in [−1, 1]. */
  maps(places: ArrayLike<number>): Tensor4D {
    return this.stack(places, ({ labels }) => colourOf(labels));
  }

  /** Returns the classes of all pixels, scene after scene. */
  labels(places: ArrayLike<number>): Uint8Array {
    const pixels = this.size ** 2;
    const all = new Uint8Array(places.length * pixels);
    Array.from(places).forEach((place, n) => all.set(this.at(place).labels, n * pixels));
    return all;
  }

  private stack(places: ArrayLike<number>, part: (scene: Scene) => Float32Array): Tensor4D {
    const values = new Float32Array(places.length * this.size ** 2 * 3);
    Array.from(places).forEach((place, n) => {
      values.set(part(this.at(place)), n * this.size ** 2 * 3);
    });
    return tensor4d(values, [places.length, this.size, this.size, 3]);
  }
}

/** Returns the places first, first + 1, … of `count` scenes. */
export const range = (first: number, count: number): Int32Array =>
  Int32Array.from({ length: count }, (_, i) => first + i);
