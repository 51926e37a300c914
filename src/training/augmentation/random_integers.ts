import type { Tensor } from '@tensorflow/tfjs-core';
import { hostInput } from '../../internal/host_input.js';
import type { RandomSource } from '../core/condition_distribution.js';

/**
 * Draws integers, uniform on [low, high], as float32.
 *
 * @returns Shape `[count, 1, 1]`.
 */
export const randomIntegers = (
  count: number,
  [low, high]: readonly [number, number],
  random: RandomSource,
): Tensor =>
  hostInput([count, 1, 1], () =>
    random.uniformValues(count).map((u) => low + Math.floor(u * (high - low + 1))),
  );

/** Rounds a part of a size to whole pixels, half upwards. */
export const pixels = (size: number, ratio: number): number => Math.floor(size * ratio + 0.5);
