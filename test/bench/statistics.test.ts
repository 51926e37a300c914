import { describe, expect, it } from 'vitest';
import { fill } from '../../bench/hash.js';
import {
  difference,
  differences,
  median,
  ratios,
  spread,
  weightedSums,
} from '../../bench/statistics.js';

describe('the statistics of the benchmark', () => {
  it('the median is the middle value, or the mean of the two', () => {
    expect(median([9, 1, 5])).toBe(5);
    expect(median([9, 1, 5, 6])).toBe(5.5);
    expect(median([4])).toBe(4);
  });

  it('ratios are taken within a round, as far as both go', () => {
    expect(ratios([2, 6, 9], [1, 2])).toEqual([2, 3]);
    expect(spread([3, 1, 2])).toEqual({ median: 2, least: 1, greatest: 3 });
  });

  it('sums and differences are taken within a round, as far as all go', () => {
    const timings = [
      [1, 2, 3],
      [10, 20],
    ];
    expect(weightedSums(timings, [4, 3])).toEqual([34, 68]);
    expect(weightedSums([[1], []], [1, 1])).toEqual([]);
    expect(differences([5, 9, 1], [2, 10])).toEqual([3, -1]);
  });

  it('a difference is relative to the largest number, and infinite where there is none', () => {
    expect(difference([1, 4.1], [1, 4])).toBeCloseTo(0.025, 12);
    expect(difference([1], [1, 4])).toBe(Infinity);
    expect(difference([NaN], [1])).toBe(Infinity);
  });
});

it('the numbers that every contender makes for itself are spread over their range', () => {
  const values = fill(10_000, 3, 0.5);
  expect(values.every((value) => Math.abs(value) <= 0.5)).toBe(true);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + value ** 2, 0) / values.length;
  expect(mean).toBeCloseTo(0, 2);
  expect(variance).toBeCloseTo(1 / 12, 2);
  expect(new Set(values).size).toBeGreaterThan(9_900);
  expect(fill(10, 3, 0.5)).not.toEqual(fill(10, 4, 0.5));
  // what bench/peers/hashed.py has to make too
  const first = [-0.7578458189964294, 0.5311488509178162, 0.5451986193656921, 0.2579857110977173];
  expect(Array.from(fill(4, 1, 1))).toEqual(first);
});
