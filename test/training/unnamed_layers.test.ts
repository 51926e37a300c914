import type { Tensor } from '@tensorflow/tfjs-core';
import { input, layers, model as functional, sequential } from '@tensorflow/tfjs-layers';
import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { RandomStream } from '../../src/internal/random.js';
import { decodeCheckpoint, encodeCheckpoint } from '../../src/io/checkpoint.js';
import { dropout } from '../../src/layers/dropout.js';
import { recompute } from '../../src/layers/recompute.js';
import { spectralNorms } from '../../src/layers/spectral/spectral_norms.js';
import { namedWeights } from '../../src/layers/weights/named_weights.js';
import { hinge } from '../../src/losses/hinge.js';
import { initializeWeights } from '../../src/models/initialize_weights.js';
import { modelState, restoreModel } from '../../src/training/state/model_state.js';
import { createGAN } from '../../src/training/systems/gan.js';
import type { GANLosses } from '../../src/training/systems/gan_members.js';
import { BACKENDS, useBackend } from '../helpers/backends.js';
import { bytesOf } from '../helpers/base64.js';
import { fixture } from '../helpers/fixtures.js';
import { saveAndLoad } from '../helpers/save_and_load.js';
import { unnamedCritic, unnamedGenerator } from '../helpers/unnamed_networks.js';

interface OldCheckpoint {
  /** Base64. */
  readonly checkpoint: string;
  readonly next: { readonly seed: number; readonly losses: GANLosses };
}

const paths = (model: LayersModel) => namedWeights(model).map(({ path }) => path);
const system = (seed = 5) =>
  createGAN({
    generator: unnamedGenerator(seed),
    discriminator: unnamedCritic(seed),
    loss: hinge(),
    ema: { decay: 0.9 },
    seed,
  });

describe('the paths of layers without names', () => {
  beforeAll(() => useBackend('cpu'));

  it('are class and position, in models and wrappers too', async () => {
    expect(paths(unnamedGenerator())).toEqual([
      ...['dense_1/kernel', 'dense_1/bias'],
      ...['batch_normalization_1/gamma', 'batch_normalization_1/beta'],
      ...['batch_normalization_1/moving_mean', 'batch_normalization_1/moving_variance'],
      ...['model_1/dense_1/kernel', 'model_1/dense_1/bias'],
      ...['trunk/dense_1/kernel', 'trunk/dense_1/bias'],
      ...['dense_2/kernel', 'dense_2/bias', 'dense_3/kernel', 'dense_3/bias'],
    ]);
    expect(Object.keys(await spectralNorms(unnamedCritic()))).toEqual(['dense_1', 'dense_2']);
    const { values } = await modelState(unnamedCritic());
    expect(values).toMatchObject({ 'layers/time_distributed_1/dropout_1/counter': 0 });
  });

  it('leave a name that somebody gave to who gave it', () => {
    const names = ['dense_1', 'conv_conv1', 'dense_dense2', undefined, 'dense_3', undefined];
    const model = sequential({
      layers: names.map((name) => layers.dense({ units: 2, inputShape: [2], name: name! })),
    });
    expect(paths(model).filter((path) => path.endsWith('kernel'))).toEqual(
      ['dense_1', 'conv_conv1', 'dense_dense2', 'dense_2', 'dense_3', 'dense_4'].map(
        (name) => `${name}/kernel`,
      ),
    );
  });

  it('are those of the model whatever was made first, and of the same model from a file', async () => {
    const [second, first] = [layers.dense({ units: 2 }), layers.dense({ units: 3 })];
    const image = input({ shape: [4] });
    const outputs = second.apply(first.apply(image)) as SymbolicTensor;
    const model = functional({ inputs: image, outputs });
    const shapes = (of: LayersModel) =>
      Object.fromEntries(namedWeights(of).map(({ path, variable }) => [path, variable.shape]));
    expect(shapes(model)).toMatchObject({ 'dense_1/kernel': [4, 3], 'dense_2/kernel': [3, 2] });
    expect(shapes(await saveAndLoad(model))).toEqual(shapes(model));
  });

  it('are the same with layers that are run again', () => {
    const stack = () => [
      layers.dense({ units: 2, inputShape: [3] }),
      layers.dense({ units: 3 }),
      layers.dense({ units: 4 }),
    ];
    const plain = sequential({ layers: stack() });
    const [first, ...others] = stack();
    const lean = sequential({ layers: [recompute(first!), recompute(others)] });
    expect(paths(lean)).toEqual(paths(plain));
  });
});

describe.each(BACKENDS)('layers without names on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  it('draw the same weights from the same seed, each its own', async () => {
    for (const make of [unnamedGenerator, unnamedCritic]) {
      const [one, two] = [await modelState(make(3)), await modelState(make(3))];
      expect(two).toEqual(one);
      expect(await modelState(make(4))).not.toEqual(one);
    }
    const model = sequential({
      layers: [layers.dense({ units: 3, inputShape: [3] }), layers.dense({ units: 3 })],
    });
    initializeWeights(model, { seed: 3 });
    const { arrays } = await modelState(model);
    expect(arrays['weights/dense_1/kernel']).not.toEqual(arrays['weights/dense_2/kernel']);
  });

  it('go on from the checkpoint of another system of the process, to the last bit', async () => {
    const batches = new RandomStream(8);
    const one = system();
    for (let step = 0; step < 2; step++) await one.trainStep({ real: batches.normal([5, 6, 2]) });
    const { state } = decodeCheckpoint(encodeCheckpoint(await one.state()));

    const other = system(6);
    await other.restore(state);
    expect(await other.state()).toEqual(await one.state());
    const real = batches.normal([5, 6, 2]);
    expect(await other.trainStep({ real })).toEqual(await one.trainStep({ real }));
    expect(await other.state()).toEqual(await one.state());
    one.dispose();
    other.dispose();
  });

  it('go on from a file that calls them by the counts of the process that wrote it', async () => {
    const old = fixture<OldCheckpoint>('unnamed_layers');
    const bytes = bytesOf(old.checkpoint);
    const { state } = decodeCheckpoint(bytes);
    const gan = system(6);
    await gan.restore(state);
    const { arrays, values } = await gan.state();
    for (const [today, then] of [
      ['generator/weights/dense_1', 'generator/weights/dense_Dense7'],
      ['generator/weights/model_1/dense_1', 'generator/weights/sequential_1/dense_Dense8'],
      ['generator/weights/trunk/dense_1', 'generator/weights/trunk/dense_Dense9'],
      ['generator/weights/dense_2', 'generator/weights/dense_Dense10'],
      ['ema/dense_3', 'ema/dense_Dense11'],
      ['discriminator/weights/dense_1', 'discriminator/weights/dense_Dense13'],
    ])
      expect(arrays[`${today}/kernel`]).toEqual(state.arrays[`${then}/kernel`]);
    const drops = 'discriminator/layers/time_distributed';
    expect(values[`${drops}_1/dropout_1/counter`]).toBe(
      state.values[`${drops}_TimeDistributed1/gan_kit_dropout_GanKitDropout3/counter`],
    );
    const { seed, losses } = old.next;
    const told = await gan.trainStep({ real: new RandomStream(seed).normal([5, 6, 2]) });
    expect(Object.keys(told)).toEqual(Object.keys(losses));
    for (const [name, loss] of Object.entries(losses))
      expect([told[name as keyof GANLosses]!]).toBeAllclose([loss as number], { rtol: 1e-4 });
    gan.dispose();
  });

  it('goes by position in a new file and by what was made first in an old one', async () => {
    const network = (swapped: boolean) => {
      const [one, two] = [layers.dense({ units: 3 }), layers.dense({ units: 3 })];
      const drops = [dropout({ rate: 0.5, seed: 1 }), dropout({ rate: 0.5, seed: 2 })];
      const inner = swapped ? [two, drops[1]!, one, drops[0]!] : [one, drops[0]!, two, drops[1]!];
      const models = [1, 2].map((units) =>
        sequential({ layers: [layers.dense({ units, inputShape: [units === 1 ? 2 : 3] })] }),
      );
      const first = layers.inputLayer({ inputShape: [3] });
      return sequential({ layers: [first, ...inner, models[1]!, models[0]!] });
    };
    const [model, other] = [network(true), network(true)];
    initializeWeights(model, { seed: 9 });
    const x = new RandomStream(1).normal([4, 3]);
    model.apply(x, { training: true });
    const state = await modelState(model);
    await restoreModel(other, state);
    expect(await modelState(other)).toEqual(state);
    const next = await (model.apply(x, { training: true }) as Tensor).data();
    expect(await (other.apply(x, { training: true }) as Tensor).data()).toEqual(next);

    // what the names were then: of two layers the one that was made first stands second
    const then = Object.fromEntries(
      Object.entries(state.arrays).map(([key, array]) => [
        key
          .replace('dense_1/', 'dense_Dense10/')
          .replace('dense_2/', 'dense_Dense9/')
          .replace('model_1/dense_Dense10', 'sequential_12/dense_Dense12')
          .replace('model_2/dense_Dense10', 'sequential_4/dense_Dense11'),
        array,
      ]),
    );
    const third = network(true);
    const values = Object.fromEntries(
      Object.entries(state.values).map(([key, value]) => [
        key
          .replace('dropout_1/', 'gan_kit_dropout_GanKitDropout10/')
          .replace('dropout_2/', 'gan_kit_dropout_GanKitDropout9/'),
        value,
      ]),
    );
    await restoreModel(third, { values, arrays: then });
    expect(await modelState(third)).toEqual(state);
  });
});
