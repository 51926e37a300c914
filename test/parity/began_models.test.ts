import { memory } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { BACKENDS, ON_GPU, useBackend } from '../helpers/backends.js';
import { compareWithReference } from '../helpers/reference_networks.js';
import type { ReferencePass } from '../helpers/reference_networks.js';

const files = import.meta.glob('./fixtures/began_{generator,autoencoder}_*.json', {
  eager: true,
  import: 'default',
});
const passes = Object.values(files) as ReferencePass[];
const compared = passes.filter(({ name }) => !ON_GPU || name.endsWith('_32'));

describe.each(BACKENDS)('the networks of BEGAN on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  it('are all there', () => {
    const names = ['autoencoder_32', 'autoencoder_64', 'generator_32', 'generator_64'];
    expect(passes.map(({ name }) => name).sort()).toEqual(names);
  });

  it.each(compared.map((pass) => [pass.name, pass] as const))(
    '%s: output and gradients of a float64 transcription',
    async (_, pass) => {
      const { numTensors } = memory();
      const distances = await compareWithReference(pass);
      for (const [of, distance] of Object.entries(distances))
        expect(distance, of).toBeLessThan(3e-5);
      expect(memory().numTensors).toBe(numTensors);
    },
  );
});
