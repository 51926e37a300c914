import { avgPool, dispose, image, memory } from '@tensorflow/tfjs-core';
import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { RandomStream } from '../../src/internal/random.js';
import { namedWeights } from '../../src/layers/weights/named_weights.js';
import { progressiveDiscriminator } from '../../src/models/progressive_discriminator.js';
import { progressiveGenerator } from '../../src/models/progressive_generator.js';
import { BACKENDS, useBackend } from '../helpers/backends.js';
import { expectNoLeak } from '../helpers/leaks.js';
import { saveAndLoad } from '../helpers/save_and_load.js';

const options = { imageShape: [16, 16, 2], baseChannels: 24, maxChannels: 5, seed: 3 } as const;
const generator = () => progressiveGenerator({ ...options, latentSize: 3 });
const discriminator = () => progressiveDiscriminator(options);
const latents = () => new RandomStream(1).normal([4, 3]);
const images = (r: number) => new RandomStream(2).normal([4, r, r, 2]) as Tensor4D;
const values = async (x: Tensor) => Float32Array.from(await x.data());
const outputOf = (model: LayersModel, x: Tensor) => values(model.predict(x) as Tensor);
const doubled = (x: Tensor) =>
  image.resizeNearestNeighbor(x as Tensor4D, [2 * x.shape[1]!, 2 * x.shape[2]!]);
const halved = (x: Tensor4D) => avgPool(x, 2, 2, 'valid');
const mix = (a: Float32Array, b: Float32Array, t: number) =>
  a.map((value, i) => (1 - t) * value + t * b[i]!);

describe.each(BACKENDS)('growing networks on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  it('give what the stage before gave when a stage begins, then more and more of their own', async () => {
    const network = generator();
    const z = latents();
    for (const stage of [1, 2]) {
      const [before, { stable, fading }] = [network.stages[stage - 1]!, network.stages[stage]!];
      const old = await values(doubled(before.stable.predict(z)));
      const own = await outputOf(stable, z);
      expect(own).not.toBeAllclose(old, { rtol: 1e-2 });
      network.setFade(1);
      expect(await outputOf(fading!, z)).toEqual(old);
      network.setFade(0.3);
      expect(await outputOf(fading!, z)).toBeAllclose(mix(own, old, 0.3), { rtol: 2e-6 });
      network.setFade(0);
      expect(await outputOf(fading!, z)).toEqual(own);
    }
  });

  it('judge at first as the stage before judges the halved image', async () => {
    const network = discriminator();
    for (const stage of [1, 2]) {
      const [before, { resolution, stable, fading }] = [
        network.stages[stage - 1]!,
        network.stages[stage]!,
      ];
      const x = images(resolution);
      const old = await outputOf(before.stable, halved(x));
      const own = await outputOf(stable, x);
      network.setFade(1);
      expect(await outputOf(fading!, x)).toBeAllclose(old, { rtol: 1e-6 });
      network.setFade(0.4);
      const between = await outputOf(fading!, x);
      expect(between).not.toBeAllclose(old, { rtol: 1e-3 });
      expect(between).not.toBeAllclose(own, { rtol: 1e-3 });
      network.setFade(0);
      expect(await outputOf(fading!, x)).toEqual(own);
    }
  });

  it('give all stages at once, of each the fading network', async () => {
    const [making, judging] = [generator(), discriminator()];
    for (const network of [making, judging]) network.setFade(0.3);
    const z = latents();
    const made = making.predict(z) as Tensor[];
    expect(made.map(({ shape }) => shape[1])).toEqual([4, 8, 16]);
    const judged = judging.predict([4, 8, 16].map(images)) as Tensor[];
    for (const [stage, { resolution, stable, fading = stable }] of making.stages.entries()) {
      expect(await values(made[stage]!)).toEqual(await outputOf(fading, z));
      const judge = judging.stages[stage]!;
      const own = await outputOf(judge.fading ?? judge.stable, images(resolution));
      expect(await values(judged[stage]!)).toEqual(own);
    }
  });

  it('survive saving and loading in the midst of a fade', async () => {
    for (const [network, x] of [
      [generator(), latents()],
      [discriminator(), images(16)],
    ] as const) {
      network.setFade(0.3);
      const { fading } = network.stages[2]!;
      const copy = await saveAndLoad(fading!);
      expect(await outputOf(copy, x)).toEqual(await outputOf(fading!, x));
    }
  });

  it('leak nothing, and give all of their memory back', async () => {
    const { numTensors } = memory();
    const [making, judging, z, x] = [generator(), discriminator(), latents(), images(16)];
    await expectNoLeak(() => dispose(making.stages[2]!.fading!.predict(z)), 10);
    await expectNoLeak(() => dispose(judging.stages[2]!.fading!.predict(x)), 10);
    await expectNoLeak(() => making.setFade(0.5), 10);
    expect([z, x].some(({ isDisposed }) => isDisposed)).toBe(false);
    for (const one of [making, judging, z, x]) one.dispose();
    expect(memory().numTensors).toBe(numTensors);
  });
});

describe('growing networks', () => {
  beforeAll(() => useBackend('cpu'));
  const paths = (model: LayersModel) => namedWeights(model).map(({ path }) => path);
  const layers = (model: LayersModel) => [
    ...new Set(paths(model).map((path) => path.slice(0, path.indexOf('/')))),
  ];

  it('hold at each stage the weights of its own layers alone', () => {
    const first = ['project', 'project_bias', 'conv4'];
    const [four, eight, sixteen] = generator().stages;
    expect(layers(four!.stable)).toEqual([...first, 'image4']);
    expect(layers(eight!.stable)).toEqual([...first, 'conv8_a', 'conv8_b', 'image8']);
    expect(layers(sixteen!.stable)).not.toContain('image8');
    expect(layers(sixteen!.fading!)).toContain('image8');
    expect(layers(sixteen!.fading!)).not.toContain('image4');
    const judging = discriminator().stages;
    expect(layers(judging[0]!.stable)).toEqual(['image4', 'conv4', 'dense', 'logit']);
    expect(layers(judging[1]!.stable)).toEqual([
      ...['image8', 'conv8_a', 'conv8_b', 'conv4', 'dense', 'logit'],
    ]);
    expect(layers(judging[2]!.fading!)).toContain('image8');
  });

  it('share the weights of all stages, and start alike whatever their last size', async () => {
    for (const make of [progressiveGenerator, progressiveDiscriminator]) {
      const [whole, small] = [[16, 16, 2] as const, [8, 8, 2] as const].map((imageShape) =>
        make({ ...options, imageShape }),
      );
      const of = new Map(namedWeights(whole!).map(({ path, variable }) => [path, variable]));
      for (const { stable, fading } of whole!.stages)
        for (const model of fading === undefined ? [stable] : [stable, fading])
          for (const { path, variable } of namedWeights(model))
            expect(of.get(path), path).toBe(variable);
      for (const { path, variable } of namedWeights(small!))
        expect(await values(variable.read()), path).toEqual(await values(of.get(path)!.read()));
    }
  });

  it('scale weights by the gains of the paper, or of pytorch_GAN_zoo', () => {
    const gains = (model: LayersModel) =>
      Object.fromEntries(
        model.layers.flatMap((layer) =>
          'gain' in layer
            ? [[layer.name, [layer.gain, (layer as { scaleBias?: unknown }).scaleBias]]]
            : [],
        ),
      );
    const { SQRT2 } = Math;
    expect(gains(generator())).toMatchObject({
      project: [SQRT2 / 4, false],
      conv8_b: [SQRT2, false],
      image8: [1, false],
    });
    expect(gains(discriminator())).toMatchObject({ image8: [SQRT2, false], logit: [1, false] });
    for (const make of [progressiveGenerator, progressiveDiscriminator])
      for (const gain of Object.values(gains(make({ ...options, form: 'zoo' }))))
        expect(gain).toEqual([SQRT2, true]);
  });

  it('may have one stage alone', async () => {
    const network = progressiveGenerator({ ...options, imageShape: [4, 4, 1] });
    network.setFade(1);
    const z = new RandomStream(1).normal([2, 5]);
    expect((network.predict(z) as Tensor).shape).toEqual([2, 4, 4, 1]);
    expect(network.stages).toHaveLength(1);
    expect(paths(network)).toEqual(paths(network.stages[0]!.stable));
  });

  it.each([
    [
      { imageShape: [24, 24, 1] },
      /`imageShape` must be \[size, size, channels\] of a size among 4, 8/,
    ],
    [{ imageShape: [16, 8, 1] }, /`imageShape`/],
    [{ imageShape: [2, 2, 1] }, /`imageShape`/],
    [{ imageShape: [16, 16] }, /`imageShape` must be \[height, width, channels\]/],
    [{ baseChannels: 4 }, /`baseChannels` must be at least 8 here\. Received: 4/],
    [{ form: 'tutorial' }, /`form` must be one of 'paper', 'zoo'/],
  ])('refuse %o', (given, message) => {
    for (const make of [progressiveGenerator, progressiveDiscriminator])
      expect(() => make({ ...options, ...given } as never)).toThrow(message);
  });
});
