import { describe, expect, it } from 'vitest';
import { scoreNames } from '../../src/metrics/inception/score_names.js';

const FAMOUS = /\b(FID|KID|IS)\b|Inception Score/i;

describe('scoreNames', () => {
  it('has the famous names for the published features alone', () => {
    expect(scoreNames('inception-v3-2015')).toEqual({
      frechetDistance: 'FID',
      inceptionScore: 'Inception Score',
      kernelDistance: 'KID',
    });
    for (const features of ['inception-v3', 'inception-v3-2015 ', 'Inception-v3-2015', 'mnist'])
      for (const name of Object.values(scoreNames(features))) {
        expect(name).toContain(`(${features})`);
        expect(name).not.toMatch(FAMOUS);
      }
  });

  it.each([undefined, '', '  ', 3])('refuses %j', (features) => {
    expect(() => scoreNames(features as never)).toThrow(
      /scoreNames: `features` must be a string that is not empty/,
    );
  });
});
