import { mean, memory, square, tensor } from '@tensorflow/tfjs-core';
import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { encodePth } from '../../../src/io/pytorch/encode_pth.js';
import { exportTraining } from '../../../src/io/training/export_training.js';
import { importTraining } from '../../../src/io/training/import_training.js';
import { hinge } from '../../../src/losses/hinge.js';
import { nonSaturating } from '../../../src/losses/non_saturating.js';
import { dcganDiscriminator } from '../../../src/models/dcgan_discriminator.js';
import { dcganGenerator } from '../../../src/models/dcgan_generator.js';
import { adam } from '../../../src/training/optimizers/adam.js';
import { sgd } from '../../../src/training/optimizers/sgd.js';
import { createSystem } from '../../../src/training/core/create_system.js';
import type { Step } from '../../../src/training/core/recipe.js';
import { createGAN } from '../../../src/training/systems/gan.js';
import type { GANOptions } from '../../../src/training/systems/gan_options.js';
import { createPix2Pix } from '../../../src/training/systems/pix2pix.js';
import { fill } from '../../../bench/hash.js';
import { useBackend } from '../../helpers/backends.js';
import { dictAt, editedPth } from '../../helpers/edited_pth.js';
import type { Editable } from '../../helpers/edited_pth.js';

const shape = { imageShape: [8, 8, 1], filters: 2, kernelSize: 4 } as const;
const architectures = { generator: 'dcgan', discriminator: 'dcgan' } as const;

/** Makes a GAN; `wider` has other shapes. */
function gan(options: Partial<GANOptions> = {}, { filters = 2, latentSize = 3 } = {}) {
  return createGAN({
    generator: dcganGenerator({ ...shape, filters, latentSize }),
    discriminator: dcganDiscriminator({ ...shape, filters }),
    loss: nonSaturating(),
    ...options,
  });
}

async function step(system: ReturnType<typeof gan>): Promise<void> {
  const real = tensor(fill(128, 1, 1), [2, 8, 8, 1]);
  await system.trainStep({ real });
  real.dispose();
}

const exported = (system: ReturnType<typeof gan>) => exportTraining({ system, architectures });

beforeAll(() => useBackend('wasm'));

describe('a file that does not fit is refused, and nothing changes', () => {
  const group = (file: Editable) => dictAt(file, 'optimizers', 'discriminator', 'param_groups', 0);
  const moments = (file: Editable) => dictAt(file, 'optimizers', 'discriminator', 'state');
  const float = (...values: number[]) => ({
    shape: [values.length],
    data: Float32Array.from(values),
  });
  const edits: [string, (file: Editable) => void, RegExp][] = [
    [
      'another format',
      (file) => file.set('format', 'mine'),
      /with the format 'gan-kit training'\. Received: "a text"/,
    ],
    [
      'a later version',
      (file) => file.set('version', 2),
      /of version 1\. Received: "the number 2"/,
    ],
    ['half a step', (file) => file.set('steps', 1.5), /whose steps are an integer >= 0/],
    [
      'extra that is no JSON',
      (file) => file.set('extra', '{'),
      /whose extra is the JSON text of an object/,
    ],
    [
      'a list as extra',
      (file) => file.set('extra', '[1]'),
      /whose extra is the JSON text of an object/,
    ],
    [
      'no networks',
      (file) => file.delete('networks'),
      /with a dict at networks\. Received: "nothing"/,
    ],
    [
      'a network less',
      (file) => dictAt(file, 'networks').delete('generator'),
      /`bytes: networks` must be by the names generator, discriminator\. Received: \["discriminator"\]/,
    ],
    [
      'an optimizer more',
      (file) => dictAt(file, 'optimizers').set('other', dictAt(file, 'optimizers', 'generator')),
      /`bytes: optimizers` must be by the names/,
    ],
    [
      'a number as weight',
      (file) => dictAt(file, 'networks', 'generator').set('main.0.weight', 1),
      /with tensors in networks\.generator\. Received: "main\.0\.weight: the number 1"/,
    ],
    [
      'a weight less',
      (file) => dictAt(file, 'networks', 'generator').delete('main.0.weight'),
      /`bytes: networks\.generator` must be that of a network like the model.*1 missing/,
    ],
    [
      'a weight of another shape',
      (file) => dictAt(file, 'networks', 'discriminator').set('main.0.bias', float(1, 2, 3)),
      /main\.0\.bias is \[3\], not \[2\]/,
    ],
    [
      'an unknown architecture',
      (file) => dictAt(file, 'architectures').set('generator', 'residual'),
      /importTraining: `bytes: architectures\.generator` must be one of dcgan, unet, resnet, patch, pixel\. Received: "residual"/,
    ],
    [
      'the architecture of no network',
      (file) => dictAt(file, 'architectures').set('other', 'dcgan'),
      /`bytes: architectures` must be by the names of networks, generator, discriminator\. Received: "other"/,
    ],
    [
      'another loss',
      (file) => dictAt(file, 'system').set('loss', 'hinge'),
      /GAN\.restore: .*\n.*`loss` must be nonsaturating, as here/,
    ],
    [
      'another β₂',
      (file) => group(file).set('betas', [0.5, 0.9]),
      /`bytes: optimizers\.discriminator\.param_groups\[0\]\.betas` must be \[0\.5,0\.999\], as in the system/,
    ],
    [
      'AMSGrad',
      (file) => group(file).set('amsgrad', true),
      /param_groups\[0\]\.amsgrad` must be false/,
    ],
    [
      'two groups',
      (file) =>
        dictAt(file, 'optimizers', 'discriminator').set('param_groups', [group(file), group(file)]),
      /with one group of parameters in optimizers\.discriminator\. Received: 2/,
    ],
    [
      'no learning rate',
      (file) => group(file).delete('lr'),
      /param_groups\[0\]\.lr` must be a number >= 0\. Received: undefined/,
    ],
    [
      'a negative rate',
      (file) => group(file).set('lr', -1),
      /param_groups\[0\]\.lr` must be a number >= 0\. Received: -1/,
    ],
    [
      'a parameter less',
      (file) => group(file).set('params', [0, 1, 2]),
      /param_groups\[0\]\.params` must be 4 parameters\. Received: 3/,
    ],
    [
      'moments of a few',
      (file) => moments(file).delete(0),
      /state` must be of all parameters or of none\. Received: "3 of 4"/,
    ],
    [
      'a step ahead',
      (file) => dictAt(file, 'optimizers', 'discriminator', 'state', 0).set('step', float(9)),
      /after the same number of steps for each parameter\. Received: \[9, 1\]/,
    ],
    [
      'a moment less',
      (file) => dictAt(file, 'optimizers', 'discriminator', 'state', 0).delete('exp_avg'),
      /state\[0\]\.exp_avg` must be of shape \[2,1,4,4\]\. Received: undefined/,
    ],
    [
      'a moment of another shape',
      (file) => dictAt(file, 'optimizers', 'discriminator', 'state', 0).set('exp_avg', float(1)),
      /state\[0\]\.exp_avg` must be of shape \[2,1,4,4\]\. Received: "shape \[1\]"/,
    ],
    [
      'an average',
      (file) => file.set('ema', new Map([['state_dict', dictAt(file, 'networks', 'generator')]])),
      /`bytes: ema` must be absent, as the system has no average/,
    ],
  ];

  it.each(edits)('%s', async (_, edit, message) => {
    const system = gan();
    await step(system);
    const bytes = await editedPth(await exported(system), edit);
    await step(system);
    const [before, tensors] = [await system.state(), memory().numTensors];
    await expect(importTraining({ system, bytes })).rejects.toThrow(message);
    expect(await system.state()).toEqual(before);
    expect(memory().numTensors).toBe(tensors);
  });

  it('an unedited file is none of these', async () => {
    const system = gan();
    await step(system);
    const bytes = await editedPth(await exported(system), () => undefined);
    expect(await importTraining({ system, bytes })).toEqual({ steps: 1, extra: {} });
  });

  it('the run of another system, another size, another file', async () => {
    const bytes = await exported(gan());
    const other = createPix2Pix({
      inputShape: [32, 32, 1],
      generatorOptions: { filters: 1, downsamplings: 5 },
    });
    await expect(importTraining({ system: other, bytes })).rejects.toThrow(
      /model` must be made by dcganGenerator/,
    );
    await expect(importTraining({ system: gan({}, { filters: 3 }), bytes })).rejects.toThrow(
      /Shapes alone differ/,
    );
    await expect(importTraining({ system: gan({ ema: {} }), bytes })).rejects.toThrow(
      /`bytes: ema` must be present/,
    );
    await expect(importTraining({ system: gan({ loss: hinge() }), bytes })).rejects.toThrow(
      /`loss` must be hinge/,
    );
    const weights = encodePth({ a: { shape: [1], data: Float32Array.of(1) } });
    await expect(importTraining({ system: gan(), bytes: weights })).rejects.toThrow(
      /importTraining: `bytes` must be a training file of exportTraining.*\nRead the state_dict of one network with readPth/,
    );
    await expect(importTraining({ system: gan(), bytes: bytes.slice(0, -40) })).rejects.toThrow(
      /whole zip file/,
    );
  });
});

describe('a system that cannot travel is refused', () => {
  it('with optimizers that have no counterpart here, or gradients summed for a step', async () => {
    const of = (make: () => GANOptions['optimizers']) => exported(gan({ optimizers: make()! }));
    const both = <T>(make: () => T) => ({ generator: make(), discriminator: make() });
    await expect(of(() => both(() => sgd({ learningRate: 0.1 })))).rejects.toThrow(
      /exportTraining: `system\.optimizers\.generator` must be made by adam or rmsprop of gan-kit\. Received: "GanKitSGD"/,
    );
    const summing = gan({ optimizers: both(() => adam({ accumulate: 2 })) });
    await step(summing);
    await expect(exported(summing)).rejects.toThrow(/at the end of a step.*Received: "1 of 2"/);
    await step(summing);
    expect((await exported(summing)).length).toBeGreaterThan(0);
  });

  it('with an optimizer that moves more than its network', async () => {
    const networks = {
      generator: dcganGenerator({ ...shape, latentSize: 3 }),
      discriminator: dcganDiscriminator(shape),
    };
    const optimizers = { generator: adam(), discriminator: adam() };
    const system = createSystem({
      ...{ name: 'Both', networks, optimizers },
      step({ z }: { z: Tensor }, now: Step<{ both: number }>, { generator: G, discriminator: D }) {
        now.minimize([G, D], optimizers.generator, () =>
          now.note('both', mean<Scalar>(square(D(G(z))))),
        );
      },
    });
    await system.trainStep({ z: tensor(fill(6, 1, 1), [2, 3]) });
    await expect(exportTraining({ system, architectures })).rejects.toThrow(
      /`system\.optimizers\.generator` must be one that moves the \d+ weights of its networks alone/,
    );
  });

  it('with optimizers that have other names than networks', async () => {
    const networks = { generator: dcganGenerator({ ...shape, latentSize: 3 }) };
    const system = createSystem({
      ...{ name: 'Other', networks, optimizers: { all: adam() } },
      step: () => undefined,
    });
    const only = { generator: 'dcgan' } as const;
    await expect(exportTraining({ system, architectures: only })).rejects.toThrow(
      /whose optimizers have the names of the networks that they move\. Received: "all beside generator"/,
    );
  });

  it('with a network of another architecture, or of none', async () => {
    const system = gan();
    const bad = { generator: 'dcgan', discriminator: 'patch' } as const;
    await expect(exportTraining({ system, architectures: bad })).rejects.toThrow(
      /made by patchDiscriminator/,
    );
    await expect(exportTraining({ system, architectures: { generator: 'dcgan' } })).rejects.toThrow(
      /`architectures\.discriminator` must be one of .* Received: undefined/,
    );
  });
});
