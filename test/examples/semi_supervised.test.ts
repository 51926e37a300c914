import { describe, expect, it } from 'vitest';
import { classifierNetwork, generatorNetwork } from '../../examples/semi_supervised/networks.js';
import { useBackend } from '../helpers/backends.js';

describe('the networks of Improved Techniques for MNIST', () => {
  it('have the numbers of weights of the authors’ code', async () => {
    await useBackend('wasm');
    const counted = (network: ReturnType<typeof generatorNetwork>) =>
      network.trainableWeights.reduce(
        (sum, { shape }) => sum + shape.reduce<number>((a, b) => a * b!, 1),
        0,
      );
    const generator = generatorNetwork(1);
    expect(counted(generator)).toBe(694_568);
    const classifier = classifierNetwork(2);
    expect(counted(classifier)).toBe(1_538_770);
    // the fixed lengths of all layers but the last
    expect(classifier.countParams() - counted(classifier)).toBe(2250);
    generator.dispose();
    classifier.dispose();
  });
});
