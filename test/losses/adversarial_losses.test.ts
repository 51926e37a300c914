import { tensor } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { ADVERSARIAL_LOSSES, adversarialLoss } from '../../src/losses/adversarial_loss.js';
import { hinge } from '../../src/losses/hinge.js';
import { leastSquares } from '../../src/losses/least_squares.js';
import { minimax } from '../../src/losses/minimax.js';
import { nonSaturating } from '../../src/losses/non_saturating.js';
import { relativisticAverage } from '../../src/losses/relativistic_average.js';
import { wasserstein } from '../../src/losses/wasserstein.js';
import { useBackend } from '../helpers/backends.js';
import { describeLossContract, FAKE, REAL } from './loss_contract.js';
import type { LossSpec } from './loss_contract.js';

// Golden values: the formulas in float64 (NumPy 2). Those of least squares, Wasserstein, hinge and
// the non-saturating generator are also what TensorFlow-GAN's tests expect of the same logits.
const SPECS: readonly LossSpec[] = [
  {
    title: 'minimax',
    name: 'minimax',
    needsReal: false,
    make: minimax,
    golden: { discriminator: 5.83386589165402, generator: -4.510820879946423 },
  },
  {
    title: 'nonSaturating',
    name: 'nonsaturating',
    needsReal: false,
    make: nonSaturating,
    golden: { discriminator: 5.83386589165402, generator: 1.385820879946423 },
  },
  {
    title: 'leastSquares',
    name: 'leastsquares',
    needsReal: false,
    make: leastSquares,
    golden: { discriminator: 41.73375, generator: 17.69625 },
  },
  {
    title: 'wasserstein',
    name: 'wasserstein',
    needsReal: false,
    make: wasserstein,
    golden: { discriminator: 0.225, generator: -3.125 },
  },
  {
    title: 'hinge',
    name: 'hinge',
    needsReal: false,
    make: hinge,
    golden: { discriminator: 6.75, generator: -3.125 },
  },
  {
    title: 'relativisticAverage',
    name: 'relativistic',
    needsReal: true,
    make: relativisticAverage,
    golden: { discriminator: 5.212013031706679, generator: 4.762013031706679 },
  },
];

for (const spec of SPECS) describeLossContract(spec);

describe('options of adversarial losses', () => {
  beforeAll(() => useBackend('cpu'));
  const logits = () => ({ real: tensor(REAL), fake: tensor(FAKE) });

  it('smooth one side or both', async () => {
    // TensorFlow-GAN's default smoothing, 0.25, ends at a real label of 0.875; its tests say 6.19637
    const [smoothed] = await minimax({ realLabel: 0.875 }).discriminator(logits()).data();
    expect(smoothed!).toBeAllclose(6.19637, { rtol: 2e-6 });
    const [both] = await minimax({ realLabel: 0.9, fakeLabel: 0.1 }).generator(logits()).data();
    // −E[softplus(f) − 0.1 f]
    expect(both!).toBeAllclose(-4.510820879946423 + 0.1 * 3.125, { rtol: 1e-6 });
  });

  it('are refused when unknown', () => {
    const wrong = { smoothing: 0.1 } as object;
    for (const [name, make] of Object.entries({
      minimax,
      nonSaturating,
      leastSquares,
      hinge,
      relativisticAverage,
    })) {
      const format = new RegExp(
        `^${name}: \`options\` must be an object with the keys .*"smoothing"`,
      );
      expect(() => make(wrong)).toThrow(format);
      expect(() => make('strict' as unknown as object)).toThrow(/`options` must be an object/);
    }
  });

  it('are refused when out of range', () => {
    const probability = [-0.1, 1.1, NaN, Infinity, '1'];
    const positive = [0, -1, NaN, Infinity, '1'];
    const finite = [NaN, -Infinity, '1'];
    const cases: [string, (options: object) => unknown, Record<string, unknown[]>][] = [
      ['minimax', minimax, { realLabel: probability, fakeLabel: probability }],
      [
        'nonSaturating',
        nonSaturating,
        { realLabel: probability, fakeLabel: probability, generatorLabel: probability },
      ],
      [
        'leastSquares',
        leastSquares,
        { realLabel: finite, fakeLabel: finite, generatorLabel: finite, scale: positive },
      ],
      ['hinge', hinge, { margin: positive }],
      [
        'relativisticAverage',
        relativisticAverage,
        {
          realLabel: probability,
          fakeLabel: probability,
          generatorLabel: probability,
          scale: positive,
        },
      ],
    ];
    for (const [name, make, options] of cases)
      for (const [option, values] of Object.entries(options))
        for (const value of values)
          expect(() => make({ [option]: value }), `${name} ${option} ${String(value)}`).toThrow(
            new RegExp(`^${name}: \`${option}\` must be a (finite )?number.*Received: `),
          );
  });
});

describe('adversarialLoss', () => {
  it('knows one word for each loss, the name of the loss', () => {
    expect([...ADVERSARIAL_LOSSES].sort()).toEqual(SPECS.map((spec) => spec.name).sort());
    for (const name of ADVERSARIAL_LOSSES) expect(adversarialLoss(name).name).toBe(name);
  });

  it('refuses other words', () => {
    for (const word of ['Hinge', 'toString', undefined])
      expect(() => adversarialLoss(word as 'hinge')).toThrow(
        /^adversarialLoss: `name` must be one of 'minimax', .*Received: /,
      );
  });
});
