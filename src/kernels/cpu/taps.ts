import type { backend_util } from '@tensorflow/tfjs-core';

/** A row of results, and what one tap of the filter sees there of the image. */
export interface SeenRow {
  /** The index of the tap. */
  readonly tap: number;
  /** The pixel of the image that belongs to the first result, and the distance of the next. */
  readonly pixel: number;
  readonly step: number;
  /** The first result, and how many. */
  readonly result: number;
  readonly count: number;
}

type Conv2DInfo = backend_util.Conv2DInfo;
