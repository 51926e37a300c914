import '@tensorflow/tfjs-backend-wasm';
import { getGradient, getKernel, memory } from '@tensorflow/tfjs-core';
import { loadBackend } from 'gan-kit';
import { beforeAll, describe, expect, it } from 'vitest';
import { buildCritic } from '../../site/playground/critic/build_critic.js';
import { checkCritic } from '../../site/playground/critic/check_critic.js';
import { readCritic } from '../../site/playground/critic/critic_text.js';
import { EXAMPLES } from '../../site/playground/critic/example_names.js';
import type { ExampleName } from '../../site/playground/critic/example_names.js';
import { exampleText } from '../../site/playground/critic/examples.js';
import { LIMITS } from '../../site/playground/critic/limits.js';
import type { Verdicts } from '../../site/playground/critic/messages.js';
import { rememberStock } from '../../site/playground/critic/stock_registry.js';
import { adviceOf, rowsOf } from '../../site/playground/critic/table.js';
import {
  faultOf,
  queryOf,
  runsOf,
  settingsFrom,
  START,
} from '../../site/playground/critic/settings.js';

/** tfjs's own, as they are before gan-kit's are installed. */
const restoreStock = rememberStock('wasm');
const stockSlope = getGradient('LeakyRelu');

beforeAll(() => loadBackend({ prefer: ['wasm'] }));

async function check(text: string, restore?: () => void): Promise<Verdicts> {
  const critic = readCritic(text);
  const model = await buildCritic(critic, START);
  try {
    return await checkCritic(model, critic.inputs, START, restore);
  } finally {
    model.dispose();
  }
}

const wrongOnes = ({ layers }: Verdicts): string[] =>
  layers
    .filter(({ first, second }) =>
      [first, second].some(({ status }) => /wrong|throws/.test(status)),
    )
    .map(({ name }) => name);

/** A sequential model of one layer. */
const oneLayer = (className: string, config: object = {}): object => ({
  class_name: 'Sequential',
  config: {
    name: 'one',
    layers: [
      { class_name: className, config: { name: 'only', batch_input_shape: [null, 4], ...config } },
    ],
  },
});
const DENSE = oneLayer('Dense', { units: 2 });
const text = (value: unknown): string => JSON.stringify(value);

describe('the text of a critic', () => {
  it('may be wrapped as tfjs and Keras wrap it', () => {
    const wrapped = [
      DENSE,
      JSON.stringify(DENSE),
      { format: 'layers-model', modelTopology: DENSE, weightsManifest: [] },
      { modelTopology: { keras_version: '2.15', backend: 'tensorflow', model_config: DENSE } },
      { model_config: JSON.stringify(DENSE) },
    ];
    for (const one of wrapped)
      expect(readCritic(text(one))).toMatchObject({
        name: 'one',
        layers: [{ name: 'only', className: 'Dense' }],
        inputs: [{ shape: [4], classes: undefined }],
      });
  });

  it('gives inputs with open sizes, and labels with their classes', () => {
    expect(readCritic(exampleText('projection')).inputs).toEqual([
      { name: 'features', shape: [6], classes: undefined },
      { name: 'label', shape: [1], classes: 10 },
    ]);
    const open = oneLayer('Conv2D', { batch_input_shape: [null, null, null, 3] });
    expect(readCritic(text(open)).inputs[0]!.shape).toEqual([null, null, 3]);
  });

  it.each([
    ['', /no text yet/],
    ['{ "class_name": ', /^The text is not JSON: .+/],
    ['[1]', /not an object/],
    ['{}', /no `class_name` and `config`/],
    [text({ class_name: 'Dense', config: {} }), /whole model.*Received: a Dense/],
    [text({ format: 'graph-model', modelTopology: { node: [] } }), /graph model/],
    [text({ ...DENSE, module: 'keras', registered_name: null }), /Keras 3/],
    [text({ class_name: 'Sequential', config: { layers: [] } }), /no layers/],
    [text(oneLayer('Dense', { batch_input_shape: undefined })), /`batch_input_shape`/],
    [text(oneLayer('Dense', { batch_input_shape: [null, -1] })), /`batch_input_shape`/],
    [' '.repeat(LIMITS.characters) + text(DENSE), /Characters of the text: 2,000,/],
    [
      text(oneLayer('Dense', { units: JSON.parse('['.repeat(99) + ']'.repeat(99)) as unknown })),
      /more than 60 levels/,
    ],
  ])('is refused: %#', (wrong, message) => {
    expect(() => readCritic(wrong)).toThrow(message);
  });
});

describe('building', () => {
  it.each([
    ['Lambda', {}, /has Lambda \(in the layer “only”\)/],
    ['constructor', {}, /has constructor /],
    ['__proto__', {}, /has __proto__ /],
    ['Dense', { units: 300_000 }, /more than 1,000,000 weights/],
    ['Dense', { units: 1e15 }, /more than 1,000,000 weights/],
    ['Dense', { units: 2, activation: 'softmaxx' }, /cannot build the model: .*softmaxx/],
  ])('refuses %s %o', async (className, config, message) => {
    const { numTensors } = memory();
    const critic = readCritic(text(oneLayer(className, config)));
    await expect(buildCritic(critic, START)).rejects.toThrow(message);
    expect(memory().numTensors).toBe(numTensors);
  });

  it('refuses a sample that is too large', async () => {
    const critic = text(oneLayer('Flatten', { batch_input_shape: [null, 1024, 1024] }));
    await expect(check(critic)).rejects.toThrow(/Elements of the inputs: 2,097,152/);
  });
});

describe('checking on wasm', () => {
  it.each((Object.keys(EXAMPLES) as ExampleName[]).filter((name) => name !== 'fault'))(
    'finds %s right',
    async (name) => {
      const critic = readCritic(exampleText(name));
      const verdicts = await check(exampleText(name));
      expect(wrongOnes(verdicts)).toEqual([]);
      expect(verdicts.ok).toBe(true);
      const advice = adviceOf([{ run: { backend: 'wasm', isStock: false }, verdicts }], critic);
      expect(advice.map(({ title }) => title)).toEqual(['Right on wasm']);
    },
  );

  it('finds the fault, and says what to do', async () => {
    const critic = readCritic(exampleText('fault'));
    const verdicts = await check(exampleText('fault'));
    expect(verdicts.ok).toBe(false);
    const checked = [{ run: { backend: 'wasm', isStock: false } as const, verdicts }];
    const rows = rowsOf(checked);
    expect(rows.map(({ name }) => name)).toEqual(['the whole critic', 'hidden', 'classes']);
    expect(rows[1]!.cells.map(({ status }) => status)).toEqual(['right', 'right']);
    expect(rows[2]!.cells.map(({ status }) => status)).toEqual(['right', 'wrong']);
    expect(rows[2]!.cells[1]!.text).toMatch(/^wrong, \de-\d$/);
    const advice = adviceOf(checked, critic);
    expect(advice.map(({ title }) => title)).toEqual(['Wrong on wasm: classes, a Dense']);
    expect(advice[0]!.text).toMatch(/gan-kit\/ops/);
  });

  it('has tfjs’s own kernels and gradients, if they are asked for', async () => {
    const critic = readCritic(exampleText('stock'));
    const verdicts = await check(exampleText('stock'), restoreStock);
    const ofTfjs = [getGradient('LeakyRelu'), getKernel('Conv2DBackpropFilter', 'wasm')];
    const again = await check(exampleText('stock'));
    expect(ofTfjs).toEqual([stockSlope, undefined]);
    const slope = verdicts.layers.find(({ name }) => name === 'conv1_act')!;
    expect([slope.first.status, slope.second.status]).toEqual(['right', 'throws']);
    expect(wrongOnes(verdicts)).toEqual(['conv1', 'conv1_act', 'pool', 'conv2', 'largest']);
    expect(verdicts.layers[0]!.first.message).toMatch(/Conv2DBackpropFilter/);
    const advice = adviceOf(
      [
        { run: { backend: 'wasm', isStock: false }, verdicts: again },
        { run: { backend: 'wasm', isStock: true }, verdicts },
      ],
      critic,
    );
    expect(advice.map(({ title }) => title)).toEqual(['Right on wasm', 'TensorFlow.js alone']);
    expect(advice[1]!.text).toContain('conv1, conv1_act, pool, conv2 and largest');
  });
});

describe('settings', () => {
  it('are read as they are written', () => {
    const settings = {
      ...START,
      example: 'fault',
      backends: ['wasm', 'cpu'],
      stock: true,
      batch: 3,
    } as const;
    expect(settingsFrom(queryOf(settings))).toEqual(settings);
    expect(queryOf(START)).toBe('');
    expect(settingsFrom('?example=constructor&batch=1.5&size=0&stock=yes')).toEqual(START);
    expect(runsOf(settings).map(({ backend, isStock }) => [backend, isStock])).toEqual([
      ['wasm', false],
      ['wasm', true],
      ['cpu', false],
      ['cpu', true],
    ]);
  });

  it('are refused out of their ranges', () => {
    expect(faultOf(START)).toBe(undefined);
    expect(faultOf({ ...START, batch: 0 })).toBe('“Batch” must be an integer from 1 to 16.');
    expect(faultOf({ ...START, stddev: '' as unknown as number })).toMatch(/a number from 0.001/);
    expect(faultOf({ ...START, backends: [] })).toBe('Choose at least one backend.');
  });
});
