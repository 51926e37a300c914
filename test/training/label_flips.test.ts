import { memory, tensor, tidy } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { RandomStream } from '../../src/internal/random.js';
import { flipLabels } from '../../src/training/step/label_flips.js';
import { useBackend } from '../helpers/backends.js';

describe('flipLabels', () => {
  beforeAll(() => useBackend('cpu'));
  const logits = (size: number) => ({
    real: tensor(
      Float32Array.from({ length: size }, (_, i) => i + 1),
      [size, 1],
    ),
    fake: tensor(
      Float32Array.from({ length: size }, (_, i) => -2 * i - 8),
      [size, 1],
    ),
  });

  it('swaps whole pairs, as often as it is told', async () => {
    const given = logits(2000);
    const { real, fake } = flipLabels(given, 0.2, new RandomStream(1));
    const [wasReal, wasFake] = [await given.real.data(), await given.fake.data()];
    const [isReal, isFake] = [await real.data(), await fake.data()];
    let swapped = 0;
    for (let i = 0; i < 2000; i++) {
      const flip = isReal[i] === wasFake[i];
      if (flip) swapped++;
      expect([isReal[i], isFake[i]]).toEqual(
        flip ? [wasFake[i], wasReal[i]] : [wasReal[i], wasFake[i]],
      );
    }
    expect(swapped / 2000).toBeAllclose(0.2, { atol: 0.03 });
  });

  it('moves all logits of a sample together', async () => {
    const real = tensor([1, 2, 3, 4, 5, 6, 7, 8], [4, 2, 1]);
    const fake = tensor([-1, -2, -3, -4, -5, -6, -7, -8], [4, 2, 1]);
    const flipped = await flipLabels({ real, fake }, 0.5, new RandomStream(3)).real.data();
    const signs = Array.from(flipped, Math.sign);
    for (let i = 0; i < 8; i += 2) expect(signs[i]).toBe(signs[i + 1]);
    expect(new Set(signs).size).toBe(2);
  });

  it('does nothing, and draws nothing, with a probability of 0', () => {
    const stream = new RandomStream(1);
    const given = logits(4);
    expect(flipLabels(given, 0, stream)).toEqual(given);
    expect(stream.position).toBe(0);
  });

  it('swaps all with a probability of 1, and leaves two tensors', async () => {
    const given = logits(4);
    const before = memory().numTensors;
    const { real, fake } = tidy(() => flipLabels(given, 1, new RandomStream(1)));
    expect(memory().numTensors).toBe(before + 2);
    expect(await real.data()).toEqual(await given.fake.data());
    expect(await fake.data()).toEqual(await given.real.data());
  });
});
