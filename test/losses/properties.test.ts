import { tensor } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { ADVERSARIAL_LOSSES, adversarialLoss } from '../../src/losses/adversarial_loss.js';
import { leastSquares } from '../../src/losses/least_squares.js';
import { nonSaturating } from '../../src/losses/non_saturating.js';
import { relativisticAverage } from '../../src/losses/relativistic_average.js';
import { useBackend } from '../helpers/backends.js';
import type { AdversarialLoss } from '../../src/types.js';
import { fc } from '../helpers/properties.js';

const logit = fc.float({ min: -20, max: 20, noNaN: true });
const logits = fc.array(logit, { minLength: 1, maxLength: 6 });
const pair = fc.record({ real: logits, fake: logits });
const label = fc.float({ min: 0, max: 1, noNaN: true });

/** Both losses, [L_D, L_G]. */
async function losses(loss: AdversarialLoss, real: number[], fake: number[]): Promise<number[]> {
  const both = { real: tensor(real), fake: tensor(fake) };
  const values = [loss.discriminator(both), loss.generator(both)];
  return (await Promise.all(values.map((value) => value.data()))).map(([value]) => value!);
}
const close = { rtol: 1e-5, atol: 1e-5 };
const check = (property: fc.IAsyncProperty<never>) =>
  fc.assert(property as unknown as fc.IAsyncProperty<unknown>, { seed: 7, numRuns: 40 });

describe('adversarial losses', () => {
  beforeAll(() => useBackend('cpu'));

  it.each(ADVERSARIAL_LOSSES)('%s: order and repetition of a batch do not matter', (name) =>
    check(
      fc.asyncProperty(pair, async ({ real, fake }) => {
        const loss = adversarialLoss(name);
        const once = await losses(loss, real, fake);
        const repeated = await losses(loss, [...real].reverse(), [...fake, ...fake]);
        expect(repeated).toBeAllclose(once, close);
      }) as never,
    ),
  );

  it.each(['wasserstein', 'relativistic'] as const)('%s: a constant added to D cancels', (name) =>
    check(
      fc.asyncProperty(pair, logit, async ({ real, fake }, shift) => {
        const loss = adversarialLoss(name);
        const add = (values: number[]) => values.map((value) => value + shift);
        const [before] = await losses(loss, real, fake);
        const [after] = await losses(loss, add(real), add(fake));
        expect(after!).toBeAllclose(before!, { rtol: 1e-5, atol: 1e-4 });
      }) as never,
    ),
  );

  it('minimax and non-saturating: one discriminator, and L_G of the first is L_G of the other − E D', () =>
    check(
      fc.asyncProperty(pair, async ({ real, fake }) => {
        const saturating = await losses(adversarialLoss('minimax'), real, fake);
        const other = await losses(adversarialLoss('nonsaturating'), real, fake);
        const mean = fake.reduce((a, b) => a + b) / fake.length;
        // softplus(f) = softplus(−f) + f
        expect(saturating).toBeAllclose([other[0]!, -other[1]! - mean], close);
      }) as never,
    ));

  it('nonSaturating: exchanging real and fake, signs and labels changes nothing', () =>
    check(
      fc.asyncProperty(pair, label, label, async ({ real, fake }, realLabel, fakeLabel) => {
        const negative = (values: number[]) => values.map((value) => -value);
        const [straight] = await losses(nonSaturating({ realLabel, fakeLabel }), real, fake);
        const mirrored = nonSaturating({ realLabel: 1 - fakeLabel, fakeLabel: 1 - realLabel });
        const [turned] = await losses(mirrored, negative(fake), negative(real));
        expect(turned!).toBeAllclose(straight!, close);
      }) as never,
    ));

  it('leastSquares and relativisticAverage: scale is a factor', () =>
    check(
      fc.asyncProperty(pair, async ({ real, fake }) => {
        for (const make of [leastSquares, relativisticAverage]) {
          const one = await losses(make({ scale: 1 }), real, fake);
          const three = await losses(make({ scale: 3 }), real, fake);
          expect(three).toBeAllclose(
            one.map((value) => 3 * value),
            close,
          );
        }
      }) as never,
    ));

  it('leastSquares: zero exactly when every logit has its label', () =>
    check(
      fc.asyncProperty(logit, logit, fc.integer({ min: 1, max: 5 }), async (a, b, size) => {
        const loss = leastSquares({ fakeLabel: a, realLabel: b, generatorLabel: a });
        const real = Array<number>(size).fill(b);
        const fake = Array<number>(size + 1).fill(a);
        expect(await losses(loss, real, fake)).toEqual([0, 0]);
        const off = await losses(loss, [...real, b + 1], [...fake, a - 1]);
        expect(Math.min(...off)).toBeGreaterThan(0.05);
      }) as never,
    ));
});
