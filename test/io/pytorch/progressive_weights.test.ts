import { dispose, grads, memory, mul, sum, tensor, tidy } from '@tensorflow/tfjs-core';
import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { fill } from '../../../bench/hash.js';
import { loadStateDict } from '../../../src/io/pytorch/load_state_dict.js';
import { readPth } from '../../../src/io/pytorch/read_pth.js';
import { stateDict } from '../../../src/io/pytorch/state_dict.js';
import { decodeSafetensors, encodeSafetensors } from '../../../src/io/safetensors.js';
import { functionalCall } from '../../../src/layers/weights/functional_call.js';
import { namedWeights } from '../../../src/layers/weights/named_weights.js';
import { dcganGenerator } from '../../../src/models/dcgan_generator.js';
import { progressiveDiscriminator } from '../../../src/models/progressive_discriminator.js';
import { progressiveGenerator } from '../../../src/models/progressive_generator.js';
import type { ProgressiveNetwork } from '../../../src/models/progressive_plan.js';
import type { StateArray } from '../../../src/types.js';
import { bytesOf } from '../../helpers/base64.js';
import { BACKENDS, useBackend } from '../../helpers/backends.js';
import { fixture } from '../../helpers/fixtures.js';

const MODELS = { progressiveGenerator, progressiveDiscriminator };
type Arrays = Readonly<Record<string, StateArray>>;

interface TensorRecord {
  readonly shape: number[];
  readonly max: number;
  readonly values: string;
}

/** What tools/parity/progressive_weights.py writes. */
interface Written {
  readonly batch: Readonly<Record<keyof typeof MODELS, number>>;
  readonly checkpoint: string;
  readonly cases: readonly {
    readonly model: keyof typeof MODELS;
    readonly options: object;
    readonly safetensors: string;
    readonly passes: readonly {
      readonly stage: number;
      readonly fade: number;
      readonly input: TensorRecord;
      readonly output: TensorRecord;
      readonly gradients: readonly (TensorRecord & { readonly name: string })[];
    }[];
  }[];
}
type Case = Written['cases'][number];

const SEED = 1710;
const { batch, cases, checkpoint } = fixture<Written>('torch_weights_progressive');
const [generator, discriminator] = cases as [Case, Case];
const floats = ({ values }: TensorRecord) => new Float32Array(bytesOf(values).buffer);
const arraysOf = (one: Case): Arrays => decodeSafetensors(bytesOf(one.safetensors)).tensors;
const size = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);
const architecture = 'progressive';

const modelOf = ({ model, options }: Case, others: object = {}): ProgressiveNetwork =>
  (MODELS[model] as (options: object) => ProgressiveNetwork)({
    ...{ ...options, form: 'zoo', seed: 9, ...others },
  });

/** Makes the network that the zoo has after so many stages, and gives it the weights that the zoo has then. */
function loaded(one: Case, stage: number): ProgressiveNetwork {
  const edge = 4 * 2 ** stage;
  const whole = modelOf(one, { imageShape: [edge, edge, 2] });
  const { missing } = loadStateDict({
    ...{ model: whole, stateDict: arraysOf(one), architecture },
    strict: stage === 2,
  });
  expect(missing).toEqual([]);
  return whole;
}

/** The largest difference over the greatest value. */
async function distance(received: Tensor, record: TensorRecord): Promise<number> {
  expect(received.shape).toEqual(record.shape);
  const [ours, theirs] = [await received.data<'float32'>(), floats(record)];
  return ours.reduce((most, x, i) => Math.max(most, Math.abs(x - theirs[i]!)), 0) / record.max;
}

const trained = (model: LayersModel) => namedWeights(model).filter(({ path }) => path !== 'fade/t');

const FAST = BACKENDS.filter((name) => name !== 'cpu'); // which takes several times as long
describe.each(FAST)('the Progressive GAN of pytorch_GAN_zoo on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  it.each(cases.map((one) => [one.model, one] as const))(
    '%s: every key, and the same file back',
    async (_, one) => {
      const model = modelOf(one);
      model.setFade(0.25);
      const nothing = { missing: [], unexpected: [] };
      expect(loadStateDict({ model, stateDict: arraysOf(one), architecture })).toEqual(nothing);
      const tensors = await stateDict({ model, architecture });
      expect(encodeSafetensors({ tensors, metadata: { format: 'pt' } })).toEqual(
        bytesOf(one.safetensors),
      );
      const fade = namedWeights(model).find(({ path }) => path === 'fade/t')!;
      expect(await fade.variable.read().data()).toEqual(Float32Array.of(0.25));
    },
  );

  it.each(
    cases.flatMap((one) =>
      one.passes.map((pass) => [one.model, pass.stage, pass.fade, one, pass] as const),
    ),
  )(
    '%s, stage %i with a fade of %d: output and all gradients',
    async (_, stage, fade, one, pass) => {
      const whole = loaded(one, stage);
      whole.setFade(fade);
      const { stable, fading = stable } = whole.stages[stage]!;
      const model = fade > 0 ? fading : stable;
      const weights = trained(model);
      const shape = [batch[one.model], ...(model.inputs[0]!.shape.slice(1) as number[])];
      const x = tensor(fill(size(shape), SEED + 1000, 1), shape);
      const y = tidy(() => model.apply(x, { training: true }) as Tensor);
      expect(await distance(y, pass.output), 'output').toBeLessThan(1e-5);

      const [ofInput, ...ofWeights] = tidy(() => {
        const coefficients = tensor(fill(y.size, SEED + 1001, 1), y.shape);
        return grads((x: Tensor, ...values: Tensor[]) => {
          const named = Object.fromEntries(weights.map(({ path }, i) => [path, values[i]!]));
          return sum<Scalar>(
            mul(functionalCall(model, named, x, { training: true }), coefficients),
          );
        })([x, ...weights.map(({ variable }) => variable.read())]);
      }) as [Tensor, ...Tensor[]];
      expect(await distance(ofInput, pass.input), 'input').toBeLessThan(3e-5);

      // the zoo's gradients, moved to our names and layouts as weights are
      const theirs = modelOf(one);
      const gradients = Object.fromEntries(
        pass.gradients.map((record) => [
          record.name,
          { shape: record.shape, data: floats(record) },
        ]),
      );
      loadStateDict({ model: theirs, stateDict: gradients, architecture, strict: false });
      const byPath = new Map(trained(theirs).map(({ path, variable }) => [path, variable]));
      expect(weights).toHaveLength(pass.gradients.length);
      for (const [i, { path }] of weights.entries()) {
        const a = await ofWeights[i]!.data<'float32'>();
        const b = await byPath.get(path)!.read().data<'float32'>();
        const most = b.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
        expect(most, path).toBeGreaterThan(0);
        expect(a, path).toBeAllclose(b, { rtol: 0, atol: 3e-5 * most });
      }
      dispose([x, y, ofInput, ...ofWeights]);
    },
  );
});

describe('files of pytorch_GAN_zoo', () => {
  beforeAll(() => useBackend('wasm'));

  it.each([
    ['netG', generator, 0],
    ['netD', discriminator, 0],
    ['avgG', generator, 1],
  ] as const)(
    '%s of a checkpoint, beside an object of a class of the zoo',
    async (path, one, by) => {
      const read = await readPth(bytesOf(checkpoint), { path });
      const model = modelOf(one);
      expect(loadStateDict({ model, stateDict: read, architecture }).missing).toEqual([]);
      const back = await stateDict({ model, architecture });
      expect(Object.keys(back)).toEqual(Object.keys(read)); // in the order of the file, too
      for (const [name, { data }] of Object.entries(arraysOf(one)))
        expect(back[name]!.data).toEqual(data.map((value) => Math.fround(value + by)));
    },
  );

  it.each(cases.map((one) => [one.model, one] as const))(
    '%s: older files name no module within a layer',
    (_, one) => {
      const older = Object.fromEntries(
        Object.entries(arraysOf(one)).map(([name, array]) => [name.replace('.module', ''), array]),
      );
      expect(Object.keys(older).every((name) => !name.includes('module'))).toBe(true);
      const model = modelOf(one);
      expect(loadStateDict({ model, stateDict: older, architecture }).missing).toEqual([]);
    },
  );
});

describe('what does not correspond', () => {
  beforeAll(() => useBackend('wasm'));
  const load =
    (one: Case, others: object, stateDict: Arrays = arraysOf(one)) =>
    () =>
      loadStateDict({ model: modelOf(one, others), stateDict, architecture });

  it.each([
    ['progressiveGenerator', { form: 'paper' }, /`model` must be with `form: 'zoo'`/],
    ['progressiveDiscriminator', { form: 'paper' }, /`model` must be with `form: 'zoo'`/],
    [
      'progressiveGenerator',
      { imageShape: [8, 8, 2] },
      /Unexpected: scaleLayers\.1\.0\.module\.bias/,
    ],
    [
      'progressiveDiscriminator',
      { imageShape: [32, 32, 2] },
      /Missing: scaleLayers\.2\.0\.module\.weight/,
    ],
    [
      'progressiveGenerator',
      { latentSize: 4 },
      /formatLayer\.module\.weight is \[80,3\], not \[80,4\]/,
    ],
    ['progressiveDiscriminator', { maxChannels: 4 }, /Shapes alone differ/],
  ] as const)('is refused: the %s with %o', (name, others, message) => {
    const one = cases.find(({ model }) => model === name)!;
    expect(load(one, others)).toThrow(message);
  });

  it('is refused: a discriminator with classes, and one without the deviation', () => {
    const arrays = arraysOf(discriminator);
    const of = (name: string, shape: number[]) => ({
      ...arrays,
      [name]: { shape, data: new Float32Array(size(shape)) },
    });
    expect(load(discriminator, {}, of('decisionLayer.module.weight', [3, 5]))).toThrow(
      /decisionLayer\.module\.weight is \[3,5\], not \[1,5\]/,
    );
    expect(load(discriminator, {}, of('groupScaleZero.0.module.weight', [5, 5, 3, 3]))).toThrow(
      /groupScaleZero\.0\.module\.weight is \[5,5,3,3\], not \[5,6,3,3\]/,
    );
  });

  it('is refused: another kind of network', () => {
    const of = (model: LayersModel) => () => loadStateDict({ model, stateDict: {}, architecture });
    expect(of(dcganGenerator({ imageShape: [32, 32, 3], filters: 1 }))).toThrow(
      /made by progressiveGenerator or progressiveDiscriminator, with a layer 'image4/,
    );
  });

  it('keeps no tensors', async () => {
    const model = modelOf(discriminator);
    const before = memory().numTensors;
    for (let i = 0; i < 3; i++) {
      loadStateDict({ model, stateDict: arraysOf(discriminator), architecture });
      await stateDict({ model, architecture });
      expect(() => loadStateDict({ model, stateDict: {}, architecture })).toThrow();
    }
    expect(memory().numTensors).toBe(before);
  });
});
