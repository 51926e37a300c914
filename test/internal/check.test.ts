import { tensor } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { GanKitError, isGanKitError } from '../../src/errors.js';
import {
  checkBoolean,
  checkNumber,
  checkOneOf,
  checkOptions,
  checkTensor,
} from '../../src/internal/check.js';
import { useBackend } from '../helpers/backends.js';

describe('argument checks', () => {
  beforeAll(() => useBackend('cpu'));

  const message = (call: () => void): string => {
    try {
      call();
    } catch (error) {
      expect(error).toBeInstanceOf(GanKitError);
      expect(isGanKitError(error)).toBe(true);
      return (error as Error).message;
    }
    return 'nothing was thrown';
  };

  it('name function, parameter, rule and value', () => {
    const x = tensor([[1, 2]]);
    expect(message(() => checkTensor('f', 'x', 3))).toBe('f: `x` must be a tensor. Received: 3.');
    expect(message(() => checkTensor('f', 'x', x, { rank: 4 }))).toBe(
      'f: `x` must be of rank 4. Received: Tensor (shape [1,2], dtype float32).',
    );
    expect(message(() => checkTensor('f', 'x', x, { shape: [null, 3] }))).toContain(
      'of shape [?,3]',
    );
    expect(message(() => checkTensor('f', 'x', x, { minRank: 3 }))).toContain('of rank 3 or more');
    expect(message(() => checkTensor('f', 'x', x, { dtype: 'int32', advice: 'Cast it.' }))).toMatch(
      /of dtype int32.*\nCast it\.$/s,
    );
    x.dispose();
    expect(message(() => checkTensor('f', 'x', x))).toBe(
      'f: `x` must be a tensor that is alive. Received: disposed Tensor (shape [1,2], dtype float32).',
    );
  });

  it('state the range of a number', () => {
    expect(message(() => checkNumber('f', 'n', 0, { above: 0, max: 1 }))).toBe(
      'f: `n` must be a finite number > 0 and <= 1. Received: 0.',
    );
    expect(message(() => checkNumber('f', 'n', 1.5, { integer: true, min: 1 }))).toBe(
      'f: `n` must be an integer >= 1. Received: 1.5.',
    );
    expect(message(() => checkNumber('f', 'n', '1'))).toBe(
      'f: `n` must be a finite number. Received: "1".',
    );
    expect(message(() => checkNumber('f', 'n', Number.NaN))).toContain('NaN');
    expect(message(() => checkNumber('f', 'n', 1, { below: 1 }))).toContain('< 1');
    expect(() => checkNumber('f', 'n', 1, { min: 1, max: 1, integer: true })).not.toThrow();
  });

  it('state the words and the keys that exist', () => {
    expect(message(() => checkOneOf('f', 'mode', 'c', ['a', 'b']))).toBe(
      "f: `mode` must be one of 'a', 'b'. Received: \"c\".",
    );
    expect(message(() => checkOptions('f', { rte: 1 }, ['rate']))).toContain('Received: "rte"');
    expect(message(() => checkOptions('f', 3, ['rate']))).toContain('must be an object');
    expect(message(() => checkBoolean('f', 'on', 1))).toContain('true or false');
    expect(() => checkOptions('f', undefined, [])).toThrow('f: `options` must be an object');
  });
});
