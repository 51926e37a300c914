import { clone, concat, dispose, getBackend, keep, slice, tensor } from '@tensorflow/tfjs-core';
import type { Rank, Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { checkTensor, fail } from '../../internal/check.js';
import { integer, seed as seedOption } from '../../internal/option_kinds.js';
import { freeAll, pastValue, takeAll } from '../../internal/past_value.js';
import type { Savepoint } from '../../internal/savepoint.js';
import { RandomStream } from '../../internal/random.js';
import { readOptions } from '../../internal/read_options.js';
import { checkState, countFrom, joinStates, numberFrom, partOf } from '../../internal/state.js';
import { stopGradient } from '../../ops/stop_gradient.js';
import type { SavedState, Stateful } from '../../types.js';
import { exchange } from './exchange.js';
import { ImageShelf } from './image_shelf.js';
import { imageArrays, imagesFrom } from './pool_arrays.js';

type Shape = Tensor4D['shape'];

/** Options of {@link ImagePool}. */
export interface ImagePoolOptions {
  /** Capacity in images; default 50, CycleGAN's. 0 holds none, as in pix2pix. */
  size?: number;
  /** Any integer from 0 on; default 0. Give each pool of a system its own. */
  seed?: number;
}

/**
 * A history of generated images that shows a discriminator older ones too, so that it does not forget them.
 *
 * Image by image, with n of `size` places taken:
 *
 * - n < size: x is stored, and returned.
 * - n = size: with u, j ~ U: if u > ½, xⱼ is returned and x takes its place; else x is returned and
 *   not stored.
 *
 * So a stored image stays until it has been returned once. The pool owns its images; they survive `tidy`. Images
 * that are passed one at a time may differ in size: an older one of another size may be returned.
 *
 * @example
 * ```ts
 * import { mean, randomUniform } from '@tensorflow/tfjs-core';
 * import type { Rank, Tensor4D } from '@tensorflow/tfjs-core';
 * import { loadBackend } from 'gan-kit';
 * import { ImagePool } from 'gan-kit/training';
 *
 * await loadBackend();
 * const pool = new ImagePool({ size: 2, seed: 1 });
 * for (let step = 0; step < 5; step++) {
 *   const fake: Tensor4D = randomUniform([1, 8, 8, 3], -1, 1);
 *   const shown = pool.query(fake); // what the discriminator sees
 *   console.log(shown.shape); // → [ 1, 8, 8, 3 ]
 *   shown.dispose();
 *   fake.dispose();
 * }
 * console.log(pool.count); // → 2
 * pool.dispose();
 * ```
 *
 * @see Shrivastava et al. 2016, arXiv 1612.07828, section 2.3; Zhu et al. 2017, arXiv 1703.10593, section 4
 */
export class ImagePool implements Stateful {
  readonly size: number;
  private readonly stream: RandomStream;
  private images: Tensor4D[] = [];
  /** On webgpu, the images in the place of that list. */
  private shelf: ImageShelf | undefined;
  private alive = true;

  /**
   * @param options See {@link ImagePoolOptions}.
   * @throws GanKitError if an option is out of range.
   */
  constructor(options: ImagePoolOptions = {}) {
    const where = 'ImagePool';
    const { size, seed } = readOptions(where, options, {
      size: integer({ min: 0, default: 50 }),
      seed: seedOption(),
    });
    this.size = size;
    this.stream = new RandomStream(seed, where);
  }

  /** Returns the number of images held. */
  get count(): number {
    return this.shelf?.count ?? this.images.length;
  }

  /**
   * Stores new images and returns the same number, new or older ones.
   *
   * @param images [batch, height, width, channels]; they stay alive. All calls pass one image shape, or each
   *   passes one image.
   * @returns The same number of images; the caller owns them. A constant for every gradient.
   * @throws GanKitError if the images do not fit; nothing is changed then.
   *
   * **Differentiable:** by intent not.
   */
  query(images: Tensor4D): Tensor4D {
    const where = 'ImagePool.query';
    this.checkAlive(where);
    checkTensor(where, 'images', images, { rank: 4 });
    if (images.size === 0) fail('shape', where, 'images', 'at least one image', images);
    this.checkShape(where, images);
    if (this.size === 0) return stopGradient(() => clone(images));

    const before = this.stream.savepoint();
    const isShelved =
      getBackend() === 'webgpu' && this.shapes.every((held) => isLike(held, images));
    if (!isShelved) this.empty();
    let stored: Tensor4D[] = [];
    let result: Tensor4D;
    try {
      if (isShelved) return this.shelved(images).exchange(images, () => this.choose());
      result = stopGradient(() => {
        const arrivals = Array.from({ length: images.shape[0] }, (_, i) =>
          slice(images, [i, 0, 0, 0], [1, -1, -1, -1]),
        );
        const { held, shown } = exchange(this.images, arrivals, this.size, () => this.choose());
        const joined = concat(shown, 0);
        stored = held.map((image) => keep(image));
        return joined;
      });
    } catch (error) {
      before.rollback(); // undoes the decisions made before a subclass's `choose` threw
      throw error;
    }
    const remaining = new Set(stored);
    dispose(this.images.filter((image) => !remaining.has(image)));
    this.images = stored;
    return result;
  }

  /** Returns the shapes of the images held; those on a shelf are alike. */
  private get shapes(): Shape[] {
    const { shelf, images } = this;
    if (shelf !== undefined) return shelf.count === 0 ? [] : [shelf.rows.shape];
    return images.map(({ shape }) => shape);
  }

  /** Returns the shelf, filled from the list if there is none for images like these. */
  private shelved(images: Tensor4D): ImageShelf {
    if (this.shelf !== undefined && isLike(this.shelf.rows.shape, images)) return this.shelf;
    const shelf = new ImageShelf(this.size, images.shape, this.images);
    this.shelf?.dispose();
    dispose(this.images.splice(0));
    return (this.shelf = shelf);
  }

  /** Puts the images of the shelf back into the list. */
  private empty(): void {
    const { shelf } = this;
    if (shelf === undefined) return;
    this.images = shelf.list().map((image) => keep(image));
    shelf.dispose();
    this.shelf = undefined;
  }

  /** Refuses images that older ones could not replace. */
  private checkShape(where: string, images: Tensor4D): void {
    const other = this.shapes.find(
      (held) => held[3] !== images.shape[3] || (images.shape[0] > 1 && !isLike(held, images)),
    );
    if (other === undefined) return;
    const [, height, width, channels] = other;
    fail(
      'shape',
      where,
      'images',
      `of shape [?,${height},${width},${channels}], as those held`,
      images,
      'Images of several sizes, of the same channels, come one at a time.',
    );
  }

  /**
   * Decides about one image that arrives at a full pool; a subclass may override it.
   *
   * @returns The place of the image to return and replace, or undefined to return the new one.
   */
  protected choose(): number | undefined {
    const [u, j] = this.stream.uniformValues(2) as unknown as [number, number];
    return u > 0.5 ? Math.floor(j * this.size) : undefined;
  }

  /** @internal */
  heldTensors(): readonly Tensor[] {
    return this.shelf === undefined ? this.images : [this.shelf.rows];
  }

  /** @internal */
  savepoint(): Savepoint {
    const { shelf } = this;
    const count = shelf?.count ?? 0;
    const held = this.heldTensors().map((one) => pastValue(one as Tensor4D));
    const stream = this.stream.savepoint();
    return {
      rollback: () => {
        this.free();
        if (shelf === undefined) this.images = takeAll(held);
        else this.shelf = Object.assign(shelf, { rows: held[0]!.take(), count });
        stream.rollback();
      },
      release: () => freeAll(held),
    };
  }

  /** Returns a copy of the images, and the place in the stream of decisions. */
  async state(): Promise<SavedState> {
    this.checkAlive('ImagePool.state');
    const { count } = this;
    const cut = this.shelf?.list();
    // both are started before the first wait, because a query in the meantime changes them
    const reading = Promise.all([this.stream.state(), imageArrays(cut ?? this.images)]);
    const [random, arrays] = await reading.finally(() => dispose(cut ?? []));
    return { values: { ...joinStates({ random }).values, size: this.size, count }, arrays };
  }

  /**
   * Restores a state; what follows is the same bit for bit.
   *
   * @param state Of a pool of the same size.
   * @throws GanKitError if the state does not fit; nothing is changed then.
   */
  async restore(state: SavedState): Promise<void> {
    const where = 'ImagePool.restore';
    this.checkAlive(where);
    checkState(where, state);
    const size = numberFrom(where, state, 'size');
    if (size !== this.size)
      fail('state', where, "state.values['size']", `${this.size}, as here`, size);
    const count = countFrom(where, state, 'count');
    if (count > size) fail('state', where, "state.values['count']", `at most ${size}`, count);
    const arrays = imagesFrom(where, state, count);
    await this.stream.restore(partOf(state, 'random'));

    this.free();
    this.images = arrays.map(({ data, shape }) =>
      keep(tensor<Rank.R4>(data, [...shape] as Shape, 'float32')),
    );
  }

  /** Frees the images; the pool cannot be used afterwards. */
  dispose(): void {
    this.free();
    this.alive = false;
  }

  private free(): void {
    dispose(this.images);
    this.images = [];
    this.shelf?.dispose();
    this.shelf = undefined;
  }

  private checkAlive(where: string): void {
    if (!this.alive) fail('state', where, 'this', 'alive', 'a disposed pool');
  }
}

/** Returns whether images have the shape of one that is held, but for their number. */
const isLike = ([, ...held]: Shape, images: Tensor4D): boolean =>
  held.join() === images.shape.slice(1).join();
