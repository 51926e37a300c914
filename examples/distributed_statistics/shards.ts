/** The images start … end − 1 of one half of MNIST. */
export interface Shard {
  readonly split: 'train' | 't10k';
  /** Its index among the shards of its half, which gives the order of the sum. */
  readonly index: number;
  readonly start: number;
  readonly end: number;
}

/** Cuts `count` images into shards whose sizes differ by at most one. */
export const shardsOf = (split: Shard['split'], count: number, shards: number): Shard[] =>
  Array.from({ length: shards }, (_, index) => ({
    ...{ split, index },
    start: Math.floor((index * count) / shards),
    end: Math.floor(((index + 1) * count) / shards),
  }));
