import { dispose, memory, slice, tidy } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { layers, sequential } from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { RandomStream } from '../../src/internal/random.js';
import { hinge } from '../../src/losses/hinge.js';
import { initializeWeights } from '../../src/models/initialize_weights.js';
import { playerOf } from '../../src/training/core/player.js';
import { GeneratorHistory } from '../../src/training/history/generator_history.js';
import { createGAN } from '../../src/training/systems/gan.js';
import { BACKENDS, useBackend } from '../helpers/backends.js';

const network = (inputs: number, outputs: number) =>
  sequential({ layers: [layers.dense({ units: outputs, inputShape: [inputs], name: 'out' })] });

const read = async (x: Tensor) => {
  const values = await x.data();
  x.dispose();
  return values;
};

describe.each(BACKENDS)('past generators on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  it('makes the first rows by one of the last K generators, the others by the present one', async () => {
    const model = network(3, 2);
    const G = playerOf('generator', model);
    const options = { size: 2, every: 2, share: 0.5 };
    const history = new GeneratorHistory(model, options, new RandomStream(1));
    const z = new RandomStream(2).normal([5, 3]);
    const held = memory().numTensors;
    // at these updates the generator has the weights of seed k; those of 2, 4 and 6 are kept, then 2 is given up
    for (let k = 1; k <= 6; k++) {
      initializeWeights(model, { seed: k });
      history.update();
      expect(history.count).toBe(Math.min(2, Math.floor(k / 2)));
    }
    const by = async (seed: number, from: number, count: number) => {
      const other = network(3, 2);
      initializeWeights(other, { seed });
      const made = await read(tidy(() => playerOf('generator', other)(slice(z, from, count))));
      other.dispose();
      return [...made];
    };
    initializeWeights(model, { seed: 9 });
    const seen = new Set<number>();
    for (let i = 0; i < 12; i++) {
      const made = [...(await read(tidy(() => history.generate(G, z, []))))];
      expect(made.slice(4)).toEqual(await by(9, 2, 3));
      for (const seed of [2, 4, 6])
        if (made.slice(0, 4).join() === (await by(seed, 0, 2)).join()) seen.add(seed);
    }
    expect([...seen].sort()).toEqual([4, 6]);

    const state = await history.state();
    const fresh = new GeneratorHistory(model, options, new RandomStream(7));
    expect([...(await read(tidy(() => fresh.generate(G, z, []))))]).toEqual(await by(9, 0, 5));
    await fresh.restore(state);
    expect(await fresh.state()).toEqual(state);
    expect(await read(tidy(() => fresh.generate(G, z, [])))).toEqual(
      await read(tidy(() => history.generate(G, z, []))),
    );
    const short = { ...state, values: { ...state.values, count: 3 } };
    await expect(fresh.restore(short)).rejects.toThrow('at most 2');
    fresh.dispose();
    history.dispose();
    expect(memory().numTensors).toBe(held);
    dispose(z);
    model.dispose();
  });
});

describe('createGAN', () => {
  beforeAll(() => useBackend('cpu'));

  it('refuses numbers of a history that are out of range', () => {
    const options = { generator: network(3, 2), discriminator: network(2, 1), loss: hinge() };
    const make = (more: object) => () => createGAN({ ...options, ...more });
    expect(make({ replayBuffer: {} })).toThrow('`replayBuffer.size`');
    expect(make({ replayBuffer: { size: 4, share: -1 } })).toThrow('`replayBuffer.share`');
    expect(make({ generatorHistory: { every: 0 } })).toThrow('`generatorHistory.every`');
    expect(make({ generatorHistory: { share: 2 } })).toThrow('`generatorHistory.share`');
    for (const other of ['replayBuffer', 'generatorHistory'])
      expect(make({ latentOptimization: {}, [other]: { size: 4 } })).toThrow(
        `\`${other}\` must be omitted if latentOptimization is given`,
      );
  });
});
