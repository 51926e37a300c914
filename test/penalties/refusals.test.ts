import { ones, square, sum, tensor, tensor1d, zeros } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { GradientPenalty } from '../../src/penalties/gradient_penalty.js';
import type { GradientPenaltyOptions } from '../../src/penalties/gradient_penalty.js';
import { useBackend } from '../helpers/backends.js';

describe('GradientPenalty refuses', () => {
  beforeAll(() => useBackend('cpu'));
  const critic = (x: Tensor) => sum(square(x), 1);
  const real = () => zeros([4, 2]);
  const fake = () => ones([4, 2]);

  it.each<[string, unknown, RegExp]>([
    [
      'an unknown option',
      { lambda: 10 },
      /GradientPenalty: `options` must be .*Received: "lambda"/,
    ],
    ['a negative weight', { weight: -1 }, /`weight` must be a finite number >= 0/],
    ['a negative target', { target: -1 }, /`target` must be a finite number >= 0/],
    ['three sides', { sided: 'three' }, /`sided` must be one of 'two', 'one'/],
    ['another place', { at: 'mixed' }, /`at` must be one of 'interpolates', 'real', 'fake', 'per/],
    ['the largest output', { outputs: 'max' }, /`outputs` must be one of 'sum', 'mean'/],
    ['a negative ε', { epsilon: -1e-9 }, /`epsilon` must be a finite number >= 0/],
    ['no perturbation', { scale: 0 }, /`scale` must be a finite number > 0/],
    ['every 0th step', { every: 0 }, /`every` must be an integer >= 1/],
    ['half a seed', { seed: 0.5 }, /GradientPenalty: `seed` must be an integer >= 0/],
  ])('%s', (_, options, message) => {
    expect(() => new GradientPenalty(options as GradientPenaltyOptions)).toThrow(message);
  });

  it.each<[string, GradientPenaltyOptions, unknown, () => object | undefined, RegExp]>([
    [
      'no critic',
      {},
      undefined,
      () => ({ real: real(), fake: fake() }),
      /compute: `critic` must be a function/,
    ],
    [
      'no batch',
      {},
      critic,
      () => undefined,
      /GradientPenalty.compute: `batch.real` must be a tensor/,
    ],
    [
      'interpolates without fake samples',
      {},
      critic,
      () => ({ real: real() }),
      /compute: `batch.fake` must be a tensor\. Received: undefined\.\nInterpolates pair/,
    ],
    [
      'batches of different sizes',
      {},
      critic,
      () => ({ real: real(), fake: zeros([3, 2]) }),
      /`batch.fake` must be of shape \[4,2\]\. Received: Tensor \(shape \[3,2\]/,
    ],
    [
      'fake points without them',
      { at: 'fake' },
      critic,
      () => ({ real: real() }),
      /`batch.fake` must be a tensor/,
    ],
    [
      'integers',
      { at: 'real' },
      critic,
      () => ({ real: zeros([4, 2], 'int32') }),
      /`batch.real` must be of dtype float32/,
    ],
    [
      'a scalar',
      { at: 'real' },
      critic,
      () => ({ real: tensor(1) }),
      /`batch.real` must be of rank 1/,
    ],
    [
      'one α for all',
      {},
      critic,
      () => ({ real: real(), fake: fake(), alpha: tensor1d([0.5]) }),
      /`batch.alpha` must be of shape \[4\]/,
    ],
    [
      'noise of another shape',
      { at: 'perturbed' },
      critic,
      () => ({ real: real(), noise: zeros([4]) }),
      /`batch.noise` must be of shape \[4,2\]/,
    ],
    [
      'a critic without a batch axis',
      {},
      (x: Tensor) => sum(x),
      () => ({ real: real(), fake: fake() }),
      /inputGradient: `critic` must be .* \[4, …\]\. Received: Tensor \(shape \[\]/,
    ],
    [
      'a critic of another batch',
      {},
      () => zeros([3, 1]),
      () => ({ real: real(), fake: fake() }),
      /Received: Tensor \(shape \[3,1\]/,
    ],
    [
      'a critic that is constant',
      {},
      () => zeros([4]),
      () => ({ real: real(), fake: fake() }),
      /result depends on x/,
    ],
    [
      'a critic of numbers',
      {},
      () => 3,
      () => ({ real: real(), fake: fake() }),
      /`critic` must be a function from a batch of 4 .* Received: 3/,
    ],
  ])('%s', (_, options, wrongCritic, batch, message) => {
    const penalty = new GradientPenalty(options);
    expect(() => penalty.compute(wrongCritic as never, batch() as never)).toThrow(message);
  });
});
