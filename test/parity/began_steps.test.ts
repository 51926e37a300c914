import { tensor, tensor1d, tensor2d, tidy } from '@tensorflow/tfjs-core';
import { layers, sequential } from '@tensorflow/tfjs-layers';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';
import { fill } from '../../bench/hash.js';
import { beganAutoencoder } from '../../src/models/began_autoencoder.js';
import { beganGenerator } from '../../src/models/began_generator.js';
import type { BEGANNetworkOptions } from '../../src/models/began_plan.js';
import { adam } from '../../src/training/optimizers/adam.js';
import { stepDecay } from '../../src/training/optimizers/step_decay.js';
import type { StepDecayOptions } from '../../src/training/optimizers/step_decay.js';
import { createBEGAN } from '../../src/training/systems/began.js';
import { BACKENDS, ON_GPU, useBackend } from '../helpers/backends.js';
import { fixture } from '../helpers/fixtures.js';
import { distanceOfWeights, setHashedWeights } from '../helpers/reference_networks.js';
import type { ParameterRecord } from '../helpers/reference_networks.js';

interface Dense {
  readonly kernel: number[][];
  readonly bias: number[];
}
type Networks = Readonly<Record<'generator' | 'discriminator', readonly Dense[]>>;
interface Steps {
  readonly options: { seed: number; gamma: number; lambdaK: number };
  readonly rate: number;
  readonly steps: Record<'real' | 'fake' | 'k' | 'convergence', number>[];
}
interface DenseSteps extends Steps {
  readonly start: Networks;
  readonly end: Networks;
  readonly reals: number[][][];
}
interface NetworkSteps extends Steps {
  readonly decay: StepDecayOptions;
  readonly networks: BEGANNetworkOptions;
  readonly seeds: Readonly<Record<'generator' | 'discriminator' | 'reals', number>>;
  readonly shape: number[];
  readonly end: Readonly<Record<'generator' | 'discriminator', ParameterRecord[]>>;
}

function network(dense: readonly Dense[]): LayersModel {
  const [first, second] = dense as [Dense, Dense];
  const model = sequential({
    layers: [
      layers.dense({
        ...{ units: first.bias.length, inputShape: [first.kernel.length] },
        ...{ activation: 'elu', name: 'first' },
      }),
      layers.dense({ units: second.bias.length, name: 'second' }),
    ],
  });
  tidy(() => model.setWeights(dense.flatMap(({ kernel, bias }) => [kernel, bias].map(tensorOf))));
  return model;
}

const tensorOf = (values: number[] | number[][]) =>
  Array.isArray(values[0]) ? tensor2d(values) : tensor1d(values as number[]);

describe.each(BACKENDS)('ten steps of BEGAN beside float64 on %s', (backend) => {
  it('of dense layers: k, L(x), L(G(z)), M and the weights', async () => {
    await useBackend(backend);
    const { options, rate, start, end, reals, steps } = fixture<DenseSteps>('began_steps');
    const began = createBEGAN({
      generator: network(start.generator),
      discriminator: network(start.discriminator),
      optimizers: {
        generator: adam({ learningRate: rate, beta1: 0.9 }),
        discriminator: adam({ learningRate: rate, beta1: 0.9 }),
      },
      ...options,
    });
    for (const [t, theirs] of steps.entries()) {
      const real = tensor2d(reals[t]!);
      const ours = await began.trainStep({ real });
      for (const [name, value] of Object.entries(theirs))
        expect(ours[name as keyof typeof ours], `${name} of step ${t}`).toBeCloseTo(value, 4);
    }
    // the test sees a k that moves
    expect(steps.some(({ k }) => k > 0.01 && k < 0.99)).toBe(true);
    for (const name of ['generator', 'discriminator'] as const) {
      const weights = await Promise.all(
        began.networks[name].getWeights().map(async (weight) => [...(await weight.data())]),
      );
      const expected = end[name].flatMap(({ kernel, bias }) => [kernel.flat(), bias]);
      weights.forEach((weight, i) =>
        weight.forEach((value, j) => expect(value).toBeCloseTo(expected[i]![j]!, 3)),
      );
    }
    began.dispose();
  });

  // on GPUs these networks have the gradients of float64 (began_models), and dense ones make the steps
  it.skipIf(ON_GPU)("of the paper's networks, with the paper's learning rate", async () => {
    await useBackend(backend);
    const { options, rate, decay, networks, seeds, shape, steps, end } =
      fixture<NetworkSteps>('began_network_steps');
    const players = {
      generator: beganGenerator(networks),
      discriminator: beganAutoencoder(networks),
    };
    const names = ['generator', 'discriminator'] as const;
    for (const name of names) setHashedWeights(players[name], end[name], seeds[name]);
    const began = createBEGAN({ ...players, ...options });
    const factor = stepDecay(decay);
    const size = shape.reduce((product, axis) => product * axis, 1);
    for (const [t, theirs] of steps.entries()) {
      for (const name of names) began.optimizers[name].learningRate = rate * factor(t);
      const real = tensor(fill(size, seeds.reals + t, 1), shape);
      const ours = await began.trainStep({ real });
      for (const [name, value] of Object.entries(theirs))
        expect(ours[name as keyof typeof ours], `${name} of step ${t}`).toBeCloseTo(value, 5);
    }
    for (const name of names) {
      const distance = await distanceOfWeights(players[name], end[name], seeds[name]);
      expect(distance, name).toBeLessThan(1e-4);
    }
    began.dispose();
  });
});
