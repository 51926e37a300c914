import { dispose, memory, tensor, tensor2d, zeros } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { input, layers, model, sequential } from '@tensorflow/tfjs-layers';
import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { Mixture } from '../../src/training/ensembles/mixture.js';
import { BACKENDS, useBackend } from '../helpers/backends.js';

/** A generator of (at, at + ½ z₁). */
function around(at: number, latents: number): LayersModel {
  const made = sequential({ layers: [layers.dense({ units: 2, inputShape: [latents] })] });
  const kernel = tensor2d(
    Array.from({ length: 2 * latents }, (_, i) => (i === 1 ? 0.5 : 0)),
    [latents, 2],
  );
  const bias = tensor([at, at]);
  made.setWeights([kernel, bias]);
  dispose([kernel, bias]);
  return made;
}

const read = async (x: Tensor) => {
  const values = await x.data();
  x.dispose();
  return values;
};

describe.each(BACKENDS)('a Mixture on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  it('asks each generator by its share, and tells which made a sample', async () => {
    const generators = [around(10, 2), around(20, 3), around(30, 1)];
    const mixture = new Mixture({ generators, shares: [6, 3, 0] });
    expect(mixture.shares).toEqual([2 / 3, 1 / 3, 0]);
    const held = memory().numTensors;
    const which = mixture.choose({ count: 600, seed: 3 });
    const made = await read(mixture.generate({ count: 600, seed: 3 }));
    which.forEach((k, i) => expect(made[2 * i]).toBe(10 * (k + 1)));
    const first = which.filter((k) => k === 0).length / 600;
    expect(Math.abs(first - 2 / 3)).toBeLessThan(0.05);
    expect(which.some((k) => k === 2)).toBe(false);
    expect(new Set(made).size).toBeGreaterThan(595); // latent vectors are not drawn twice
    expect(await read(mixture.generate({ count: 600, seed: 3 }))).toEqual(made);
    expect(await read(mixture.generate({ count: 600, seed: 4 }))).not.toEqual(made);
    expect(memory().numTensors).toBe(held);
    generators.forEach((one) => one.dispose());
  });

  it('passes each generator the conditions of its samples', async () => {
    const [z, c] = [input({ shape: [2] }), input({ shape: [1] })];
    const outputs = layers.concatenate().apply([z, c]) as SymbolicTensor;
    const given = model({ inputs: [z, c], outputs });
    const mixture = new Mixture({ generators: [given, given], latents: 'uniform' });
    const condition = tensor([5, 6, 7, 8, 9], [5, 1]);
    const made = await read(mixture.generate({ count: 5, condition, seed: 1 }));
    expect([2, 5, 8, 11, 14].map((i) => made[i])).toEqual([5, 6, 7, 8, 9]);
    expect(() => mixture.generate({ count: 5 })).toThrow('`condition` must be 1 tensor');
    expect(() => mixture.generate({ count: 4, condition })).toThrow(
      'Mixture.generate: `condition`',
    );
    condition.dispose();
    given.dispose();
  });

  it('refuses generators that could not stand in for each other, and shares that are none', () => {
    const [one, two] = [around(1, 2), around(2, 2)];
    const wide = sequential({ layers: [layers.dense({ units: 3, inputShape: [2] })] });
    const make = (options: object) => () => new Mixture(options as never);
    expect(make({ generators: [] })).toThrow('`generators` must be an array of at least one');
    expect(make({ generators: [one, wide] })).toThrow('`generators[1]` must be a model of samples');
    expect(make({ generators: [one, two], shares: [1] })).toThrow('`shares` must be 2 numbers');
    expect(make({ generators: [one, two], shares: [0, 0] })).toThrow('`shares` must be above 0');
    expect(make({ generators: [one, two], shares: [1, -1] })).toThrow('`shares[1]` must be');
    const mixture = new Mixture({ generators: [one, two] });
    expect(() => mixture.choose({ count: 0 })).toThrow('Mixture.choose: `count` must be');
    const x = zeros([1]);
    expect(() => mixture.generate({ count: 1, condition: x })).toThrow(
      '`condition` must be omitted',
    );
    dispose([x]);
    [one, two, wide].forEach((made) => made.dispose());
  });
});
