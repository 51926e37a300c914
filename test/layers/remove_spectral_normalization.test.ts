import { add, io, memory, tidy } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import {
  input,
  layers,
  loadLayersModel,
  model as functional,
  sequential,
} from '@tensorflow/tfjs-layers';
import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { RandomStream } from '../../src/internal/random.js';
import { removeSpectralNormalization } from '../../src/layers/spectral/remove_spectral_normalization.js';
import { spectralNormalization } from '../../src/layers/spectral/spectral_normalization.js';
import { asyncTidy, values } from '../helpers/async_tidy.js';
import { BACKENDS, useBackend } from '../helpers/backends.js';
import { SPECTRAL_LAYERS, batchFor, seedWeights } from '../helpers/spectral.js';

const classes = (model: LayersModel): string[] =>
  model.layers.flatMap((layer) => [
    layer.getClassName(),
    ...classes({ layers: [], ...('layers' in layer ? { layers: layer.layers } : {}) } as never),
  ]);

function expectSamePredictions(model: LayersModel, plain: LayersModel, x: Tensor): Promise<void> {
  return asyncTidy(async () => {
    for (const layer of model.layers)
      if (layer.getClassName() !== 'BatchNormalization') seedWeights(layer); // variances stay positive
    model.apply(x, { training: true });
    const baked = removeSpectralNormalization(model);
    const expected = await values(model.predict(x) as Tensor);
    expect(expected.every(Number.isFinite)).toBe(true);
    expect(await values(baked.predict(x) as Tensor)).toBeAllclose(expected, { rtol: 2e-6 });
    // without u and v
    expect(plain.countParams()).toBeLessThan(model.countParams());
  });
}

describe.each(BACKENDS)('removeSpectralNormalization on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  it.each(SPECTRAL_LAYERS)('bakes W/σ of $kind', async ({ kind, make, inputShape }) => {
    const [, ...shape] = inputShape;
    const layer = spectralNormalization({ layer: make({ inputShape: shape }) });
    const model = sequential({ layers: [layer] });
    const plain = removeSpectralNormalization(model);
    expect(classes(plain)).toEqual([kind]);
    expect(plain.layers[0]!.name).toBe(layer.name);
    await expectSamePredictions(model, plain, batchFor(kind, inputShape));
  });

  it('of a functional model with a shared layer, a branch and a nested model', async () => {
    const image = input({ shape: [6, 6, 2], name: 'image' });
    const shared = spectralNormalization({
      layer: layers.conv2d({ filters: 2, kernelSize: 3, padding: 'same', name: 'shared' }),
    });
    const once = shared.apply(image) as SymbolicTensor;
    const twice = shared.apply(once) as SymbolicTensor;
    const sumOf = layers.add().apply([once, twice]) as SymbolicTensor;
    const normalized = layers.batchNormalization().apply(sumOf) as SymbolicTensor;
    const head = sequential({
      name: 'head',
      layers: [
        layers.flatten({ inputShape: [6, 6, 2] }),
        spectralNormalization({ layer: layers.dense({ units: 3, name: 'score' }) }),
      ],
    });
    const model = functional({ inputs: image, outputs: head.apply(normalized) as SymbolicTensor });
    const plain = removeSpectralNormalization(model);
    expect(classes(plain).filter((name) => name.startsWith('GanKit'))).toEqual([]);
    expect(plain.layers.map(({ name }) => name)).toEqual(model.layers.map(({ name }) => name));
    expect(plain.getLayer('shared').inboundNodes).toHaveLength(2);
    await expectSamePredictions(model, plain, new RandomStream(3).normal([2, 6, 6, 2]));
  });

  it('takes the wrapper’s word for the name and for what is trained', () => {
    const inner = layers.dense({ units: 2, inputShape: [3], name: 'inside' });
    const layer = spectralNormalization({ layer: inner, name: 'outside', trainable: false });
    const plain = removeSpectralNormalization(sequential({ layers: [layer] }));
    expect(plain.layers[0]!.name).toBe('outside');
    expect(plain.layers[0]!.trainable).toBe(false);
    expect(plain.trainableWeights).toEqual([]);
  });

  it('leaves the model as it is, and shares nothing with it', async () => {
    const x = new RandomStream(3).normal([2, 3]);
    const inner = layers.dense({ units: 2, inputShape: [3] });
    const model = sequential({ layers: [spectralNormalization({ layer: inner })] });
    const before = await values(model.predict(x) as Tensor);
    const tensors = memory().numTensors;
    const plain = removeSpectralNormalization(model);
    expect(memory().numTensors).toBe(tensors + 2); // kernel and bias
    tidy(() => void plain.layers[0]!.weights[0]!.write(add(plain.getWeights()[0]!, 1)));
    expect(await values(model.predict(x) as Tensor)).toEqual(before);
    plain.dispose();
    expect(await values(model.predict(x) as Tensor)).toEqual(before);
  });

  it('gives a model that tfjs saves and loads by itself', async () => {
    const inner = layers.dense({ units: 2, inputShape: [3] });
    const plain = removeSpectralNormalization(
      sequential({ layers: [spectralNormalization({ layer: inner })] }),
    );
    let saved: io.ModelArtifacts | undefined;
    await plain.save(
      io.withSaveHandler(async (artifacts) => {
        saved = artifacts;
        return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
      }),
    );
    expect(JSON.stringify(saved!.modelTopology)).not.toContain('GanKit');
    const loaded = await loadLayersModel(io.fromMemory(saved!));
    const x = new RandomStream(3).normal([2, 3]);
    expect(await values(loaded.predict(x) as Tensor)).toEqual(
      await values(plain.predict(x) as Tensor),
    );
  });

  it('refuses what is not a model, or not built', () => {
    expect(() => removeSpectralNormalization({} as never)).toThrow(
      /removeSpectralNormalization: `model` must be a LayersModel/,
    );
    expect(() => removeSpectralNormalization(sequential())).toThrow(/a model with layers/);
  });
});
