/** Images start … end − 1 of one half of MNIST. */
export interface Shard {
  readonly split: 'train' | 't10k';
  /** Its place among the shards of its half, which is the place of its statistics in the sum. */
  readonly index: number;
  readonly start: number;
  readonly end: number;
}

/** Cuts `count` images into shards of equal size, to one image. */
export const shardsOf = (split: Shard['split'], count: number, shards: number): Shard[] =>
  Array.from({ length: shards }, (_, index) => ({
    ...{ split, index },
    start: Math.floor((index * count) / shards),
    end: Math.floor(((index + 1) * count) / shards),
  }));
