import {
  cast,
  customGrad,
  equal,
  max,
  memory,
  mul,
  square,
  sub,
  tanh,
  tensor,
  variable,
} from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { input, layers, model as functional, sequential } from '@tensorflow/tfjs-layers';
import type { Shape } from '@tensorflow/tfjs-layers';
import type { SymbolicTensor } from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { checkGradients } from '../../src/gradcheck/check_gradients.js';
import { RandomStream } from '../../src/internal/random.js';
import { dropout } from '../../src/layers/dropout.js';
import { leakyReLU } from '../../src/layers/leaky_relu.js';
import { dcganDiscriminator } from '../../src/models/dcgan_discriminator.js';
import { initializeWeights } from '../../src/models/initialize_weights.js';
import { BACKENDS, ON_GPU, useBackend } from '../helpers/backends.js';

/** The software GPUs look for a layer of each kind; the search itself is the host's. */
const onHosts = it.skipIf(ON_GPU);

const sample = (...shape: number[]) => new RandomStream(3).normal(shape);

/** x², with a gradient of its own. */
class Custom extends layers.Layer {
  static readonly className: string = 'Custom';

  /** The factor of x in the slope of x², which should be 2, and whether it is taken from the output. */
  constructor(
    private readonly factor: number,
    name: string,
  ) {
    super({ name });
  }

  override call(inputs: Tensor | Tensor[]): Tensor {
    const x = Array.isArray(inputs) ? inputs[0]! : inputs;
    return customGrad((...args) => {
      const [a, save] = args as unknown as [Tensor, (tensors: Tensor[]) => void];
      save([a]);
      return {
        value: square(a),
        gradFunc: (dy: Tensor, saved: Tensor[]) => mul(dy, mul(saved[0]!, this.factor)),
      };
    })(x);
  }
}

/** The largest of all, whose gradient goes in full to each of those that are. */
class TieDoubler extends layers.Layer {
  static readonly className: string = 'TieDoubler';

  override computeOutputShape([batch]: Shape): Shape {
    return [batch!, 1];
  }

  override call(inputs: Tensor | Tensor[]): Tensor {
    const x = Array.isArray(inputs) ? inputs[0]! : inputs;
    return customGrad((...args) => {
      const [a, save] = args as unknown as [Tensor, (tensors: Tensor[]) => void];
      const value = max(a, 1, true);
      save([a, value]);
      return {
        value,
        gradFunc: (dy: Tensor, [a, y]: Tensor[]) => mul(dy, cast(equal(a!, y!), 'float32')),
      };
    })(x);
  }
}

/** tanh whose gradient is made of the saved output: right at first order, wrong at second. */
class OutputSaver extends layers.Layer {
  static readonly className: string = 'OutputSaver';

  override call(inputs: Tensor | Tensor[]): Tensor {
    const x = Array.isArray(inputs) ? inputs[0]! : inputs;
    return customGrad((...args) => {
      const [a, save] = args as unknown as [Tensor, (tensors: Tensor[]) => void];
      const value = tanh(a);
      save([value]);
      return {
        value,
        gradFunc: (dy: Tensor, saved: Tensor[]) => mul(dy, sub(1, square(saved[0]!))),
      };
    })(x);
  }
}

const critic = (...middle: layers.Layer[]) => {
  const model = sequential({
    layers: [
      layers.dense({ units: 6, inputShape: [4], name: 'first' }),
      ...middle,
      layers.dense({ units: 1, name: 'last' }),
    ],
  });
  initializeWeights(model, { stddev: 0.6, seed: 2 });
  return model;
};

describe.each(BACKENDS)('checkGradients on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  it('finds nothing wrong with a usual critic, and leaves everything as it was', async () => {
    const model = dcganDiscriminator({
      imageShape: [12, 12, 1],
      filters: 3,
      spectralNorm: true,
      form: 'paper',
      seed: 4,
    });
    const before = model.getWeights().map((weight) => weight.clone());
    const { numTensors } = memory();
    const x = sample(2, 12, 12, 1);
    const check = await checkGradients(model, x);
    x.dispose();
    expect(check.toString()).not.toMatch(/wrong|throws/);
    expect(check.ok).toBe(true);
    expect(check.wrong).toEqual([]);
    expect(memory().numTensors).toBe(numTensors);
    for (const [i, weight] of model.getWeights().entries())
      expect(Array.from(await weight.data())).toEqual(Array.from(await before[i]!.data()));
  });

  it('names the layer whose first derivative is wrong', async () => {
    const check = await checkGradients(critic(new Custom(1.9, 'bad')), sample(2, 4));
    expect(check.ok).toBe(false);
    expect(check.wrong).toEqual(['bad']);
    expect(check.critic.first.status).toBe('wrong');
    expect(check.toString()).toMatch(/bad +Custom +wrong/);
  });

  onHosts('names the layer that is wrong only where its inputs are one value', async () => {
    const model = sequential({
      layers: [
        layers.dense({ units: 3, inputShape: [4], name: 'first' }),
        layers.repeatVector({ n: 2, name: 'twice' }),
        layers.flatten({ name: 'flat' }),
        new TieDoubler({ name: 'doubler' }),
        layers.dense({ units: 1, name: 'last' }),
      ],
    });
    initializeWeights(model, { stddev: 0.6, seed: 2 });
    const { numTensors } = memory();
    const x = sample(2, 4);
    const check = await checkGradients(model, x);
    x.dispose();
    expect(check.critic.first.status).toBe('wrong');
    expect([check.ok, check.wrong], check.toString()).toEqual([false, ['doubler']]);
    expect(check.toString()).toMatch(/doubler +TieDoubler +wrong/);
    expect(memory().numTensors).toBe(numTensors);
  });

  onHosts('finds global max pooling behind an upsampling right', async () => {
    const model = sequential({
      layers: [
        layers.conv2d({ filters: 3, kernelSize: 2, inputShape: [4, 4, 2], name: 'first' }),
        layers.upSampling2d({}),
        layers.globalMaxPooling2d({}),
        layers.dense({ units: 1, name: 'last' }),
      ],
    });
    initializeWeights(model, { stddev: 0.6, seed: 2 });
    const check = await checkGradients(model, sample(2, 4, 4, 2));
    expect([check.critic.first.status, check.critic.second.status]).toEqual(['right', 'right']);
    expect(check.wrong).toEqual([]);
  });

  onHosts('finds the same layer right with the right slope', async () => {
    const check = await checkGradients(critic(new Custom(2, 'good')), sample(2, 4));
    expect(check.ok).toBe(true);
  });

  it('names the layer that is wrong at second order only', async () => {
    const check = await checkGradients(critic(new OutputSaver({ name: 'saver' })), sample(2, 4));
    expect(check.ok).toBe(false);
    expect(check.wrong).toEqual(['saver']);
    const row = check.layers.find(({ name }) => name === 'saver')!;
    expect([row.first.status, row.second.status]).toEqual(['right', 'wrong']);
  });

  onHosts('holds masks and statistics still, and puts them back', async () => {
    const mask = dropout({ rate: 0.4, seed: 3 });
    const stock = layers.dropout({ rate: 0.4 });
    const norm = layers.batchNormalization({ name: 'norm' });
    const model = critic(leakyReLU(), norm, mask, stock);
    const statistics = async () =>
      Promise.all(norm.getWeights().map(async (weight) => Array.from(await weight.data())));
    const before = [await mask.state(), await statistics()];
    const check = await checkGradients(model, sample(3, 4));
    expect(check.ok, check.toString()).toBe(true);
    expect([await mask.state(), await statistics()]).toEqual(before);
    expect((stock as unknown as { seed?: number }).seed).toBe(undefined);
  });

  it('checks a function of several inputs', async () => {
    const check = await checkGradients((x, w) => tanh(mul(x, w)), [sample(2, 3), sample(3)]);
    expect(check.ok).toBe(true);
    expect(check.layers).toEqual([]);
  });

  onHosts(
    'checks a model of several inputs, of which one may be labels, and several outputs',
    async () => {
      const conditional = (middle: layers.Layer) => {
        const inputs = [
          input({ shape: [4] }),
          input({ shape: [1], dtype: 'int32' }),
          input({ shape: [2] }),
        ];
        const [image, label, noise] = inputs;
        const embedding = layers.embedding({ inputDim: 3, outputDim: 3, name: 'embedding' });
        const known = layers.flatten().apply(embedding.apply(label!)) as SymbolicTensor;
        const all = layers.concatenate().apply([image!, known, noise!]);
        const hidden = layers.dense({ units: 6, activation: 'tanh', name: 'hidden' }).apply(all);
        const after = middle.apply(hidden) as SymbolicTensor;
        const outputs = ['score', 'class'].map(
          (name, i) => layers.dense({ units: i + 1, name }).apply(after) as SymbolicTensor,
        );
        const model = functional({ inputs, outputs });
        initializeWeights(model, { stddev: 0.5, seed: 3 });
        return model;
      };
      const samples = [sample(3, 4), tensor([[2], [0], [1]], [3, 1], 'int32'), sample(3, 2)];
      const right = await checkGradients(conditional(new Custom(2, 'custom')), samples);
      expect(right.toString()).toMatch(/^critic +model +right .* right /m);
      expect(right.layers.map(({ name }) => name)).toEqual(
        expect.arrayContaining(['embedding', 'hidden', 'custom', 'score', 'class']),
      );
      expect(right.ok).toBe(true);
      const wrong = await checkGradients(conditional(new Custom(1.9, 'custom')), samples);
      expect(wrong.critic.first.status).toBe('wrong');
      expect(wrong.wrong).toEqual(['custom']);

      await expect(checkGradients(conditional(new Custom(2, 'c')), samples[0]!)).rejects.toThrow(
        /^checkGradients: `sample` must be as many tensors as the model has inputs, 3/,
      );
    },
  );

  onHosts('checks a function of several outputs, which labels are a constant of', async () => {
    const labels = tensor([1, 0], [2], 'int32');
    const both = (x: Tensor, label: Tensor) => [tanh(x), mul(square(x), cast(label, 'float32'))];
    const check = await checkGradients(both, [sample(2), labels]);
    expect([check.ok, check.critic.first.status, check.critic.second.status]).toEqual([
      true,
      'right',
      'right',
    ]);
    await expect(checkGradients((x) => x, labels)).rejects.toThrow(
      /`sample` must be at least one tensor of dtype float32/,
    );
  });

  it('refuses a function that says two things of one input', async () => {
    const stream = new RandomStream(1);
    await expect(checkGradients((x) => mul(x, stream.normal([3])), sample(3))).rejects.toThrow(
      'checkGradients: `critic` must be repeatable: one output for one input.',
    );
  });

  it('says when a function throws', async () => {
    const check = await checkGradients(() => {
      throw new Error('no such shape');
    }, sample(3));
    expect(check.ok).toBe(false);
    expect(check.critic.first).toMatchObject({ status: 'throws', message: 'no such shape' });
  });
});

it('refuses what is neither model nor function, and other options', async () => {
  await expect(checkGradients({} as never, variable(sample(2)))).rejects.toThrow(
    'checkGradients: `critic` must be a LayersModel or a function of tensors.',
  );
  await expect(checkGradients(tanh as never, sample(2), { tolerance: 0 })).rejects.toThrow(
    'checkGradients: `tolerance` must be a finite number > 0 and < 1. Received: 0.',
  );
});
