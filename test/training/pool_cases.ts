import { fixture } from '../helpers/fixtures.js';

/** What the CycleGAN code's pool shows and keeps under given decisions, by case. */
export const REFERENCE = fixture<{
  readonly cases: Readonly<
    Record<
      string,
      {
        readonly size: number;
        readonly batches: number[];
        readonly decisions: (number | null)[];
        readonly returned: number[][];
        readonly held: number[];
      }
    >
  >;
}>('image_pool').cases;
