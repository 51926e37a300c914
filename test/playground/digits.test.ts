import { dispose, memory } from '@tensorflow/tfjs-core';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { firstImages, SIZE } from '../../examples/mnist/data.js';
import { readOptions } from '../../examples/mnist/options.js';
import { readClassifier } from '../../examples/mnist/read_classifier.js';
import { readMnist } from '../../examples/mnist/read_mnist.js';
import { Run } from '../../examples/mnist/run.js';
import { Judge, Scorer } from '../../examples/mnist/scores.js';
import { startOrResume } from '../../examples/training_loop.js';
import { latentBetween } from '../../site/playground/digits/between.js';
import type { Look } from '../../site/playground/digits/messages.js';
import { PageRun } from '../../site/playground/digits/page_run.js';
import {
  allowed,
  commandOf,
  optionsOf,
  settingsOf,
  START,
} from '../../site/playground/digits/settings.js';
import type { Settings } from '../../site/playground/digits/settings.js';
import { Trainer } from '../../site/playground/digits/trainer.js';
import { joinImages, unpackImages } from '../../site/playground/digits/unpack_images.js';
import { decodeCheckpoint, encodeCheckpoint } from '../../src/io/checkpoint.js';
import {
  decodeStatisticsNPZ,
  encodeStatisticsNPZ,
} from '../../src/metrics/gaussian/statistics_npz.js';
import { sampleLatents } from '../../src/training/latents.js';
import { packImages } from '../../tools/site/pack_images.js';
import { useBackend } from '../helpers/backends.js';

const folder = mkdtempSync(join(tmpdir(), 'gan-kit-digits-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Learning rates fall from the third step on. */
const SETTINGS: Settings = { images: 1000, batch: 4, steps: 6, seed: 5 };
const ARGS = ['--images', '1000', '--batch', '4', '--steps', '6', '--seed', '5'];

const train = readMnist('train');
const few = firstImages(train, SETTINGS.images);
let judge: Judge;
beforeAll(async () => {
  await useBackend('wasm');
  const test = firstImages(readMnist('t10k'), 200);
  judge = await Judge.create(readClassifier(), test);
});

const kept: { bytes: Uint8Array; step: number }[] = [];
const keeper = {
  keep: async (bytes: Uint8Array, step: number) => void kept.push({ bytes, step }),
};
const inPage = (rhythm = {}): PageRun => new PageRun(SETTINGS, few, judge, keeper, rhythm);
const inNode = (...args: string[]): Run => {
  const options = readOptions([...ARGS, '--out', join(folder, 'demo'), ...args]);
  return new Run(options, firstImages(train, options.images), judge);
};

async function advance(run: Run | PageRun, last: number): Promise<void> {
  while (run.step < last) await run.advance();
}

const arraysOf = async (run: Run | PageRun) => (await run.gan.state()).arrays;

describe('the files of the page', () => {
  const part = (first: number, count: number) => ({
    count,
    pixels: train.pixels.subarray(first * SIZE, (first + count) * SIZE),
    digits: train.digits.subarray(first, first + count),
  });

  it('hold the images of MNIST, in order, and are smaller than with gzip alone', () => {
    const packed = [part(0, 300), part(300, 201)].map(packImages);
    const unpacked = joinImages(packed.map(unpackImages));
    expect(unpacked).toEqual(part(0, 501));
    expect(packed[0]!.length).toBeLessThan(0.2 * 300 * SIZE);
  });

  it('score samples as the demo does', async () => {
    const run = inPage();
    const images = run.sample(100, 2);
    const statistics = decodeStatisticsNPZ(encodeStatisticsNPZ(judge.reference));
    const scorer = new Scorer(readClassifier(), statistics);
    expect(await scorer.judge(images, 5)).toEqual(await judge.judge(images, 5));
    images.dispose();
    run.gan.dispose();
  });
});

describe('the settings', () => {
  it('are the defaults of the demo, but for the images', () => {
    const { steps, batch, seed, loss, norm, penalty, images } = readOptions([]);
    expect(optionsOf(START)).toMatchObject({ steps, batch, seed, loss, norm, penalty });
    expect(images).toBe(60_000);
    expect(commandOf({ ...START, images }, 'a.safetensors')).toBe(
      'npm run demo -- --resume a.safetensors',
    );
  });

  it('are put in range', () => {
    const wild = { images: 1e9, batch: 0, steps: NaN, seed: 2.4 };
    expect(allowed(wild)).toEqual({ images: 60_000, batch: 2, steps: START.steps, seed: 2 });
    expect(allowed(START)).toEqual(START);
  });

  it('of the command are those of the page', () => {
    const command = commandOf(SETTINGS, 'digits-3.safetensors').split(' ').slice(4);
    const { resume, images, batch, steps, seed } = readOptions(command);
    expect({ images, batch, steps, seed }).toEqual(SETTINGS);
    expect(resume).toBe('digits-3.safetensors');
    expect(readOptions(['--resume', '--seed', '1']).resume).toBe(true);
    expect(readOptions(['--seed', '1']).resume).toBe(false);
  });
});

describe('a run of the page', () => {
  it('makes the steps of the demo, goes on in it from a file, and goes on here from there, bit for bit', async () => {
    const whole = inNode();
    await advance(whole, 6);
    const wanted = await arraysOf(whole);

    const first = inPage();
    await advance(first, 2);
    const file = join(folder, 'digits-2.safetensors');
    writeFileSync(file, await first.bytes());
    await advance(first, 3); // the bytes are those of step 2
    const second = inNode();
    await startOrResume(second, file);
    expect(second.step).toBe(2);
    await advance(second, 4);
    await second.save();

    const bytes = new Uint8Array(readFileSync(second.checkpointPath));
    expect(settingsOf(bytes)).toEqual(SETTINGS);
    const third = inPage();
    await third.continueFrom(bytes);
    await advance(third, 6);
    expect(await arraysOf(third)).toEqual(wanted);
    expect(third.history.images).toBe(24);
    // a folder is a place to go on from, too
    const fourth = inNode();
    await startOrResume(fourth, join(folder, 'demo'));
    expect(fourth.step).toBe(4);
  });

  it('keeps checkpoints while it trains, from which it goes on with its losses and scores', async () => {
    kept.length = 0;
    const run = inPage({ losses: 1, score: 2, checkpoint: 2 });
    await advance(run, 5);
    expect(kept.map(({ step }) => step)).toEqual([2, 4]);
    const again = inPage();
    await again.continueFrom(kept[1]!.bytes);
    expect(again.step).toBe(4);
    expect(again.history.steps).toEqual([1, 2, 3, 4]);
    expect(again.history.milestones.map(({ step }) => step)).toEqual([2, 4]);
    expect(again.history.generator).toEqual(run.history.generator.slice(0, 4));
    await again.advance();
    expect(await arraysOf(again)).toEqual(await arraysOf(run));
  });

  it('refuses checkpoints of other systems, images and programs, and says why', async () => {
    const run = inPage();
    const { state, extra } = decodeCheckpoint(await run.bytes());
    const changed = (changes: object) => () =>
      settingsOf(encodeCheckpoint(state, { ...extra, ...changes }));
    expect(changed({})()).toEqual(SETTINGS);
    expect(changed({ loss: 'wasserstein' })).toThrow('loss hinge');
    expect(changed({ images: 60_001 })).toThrow('Received: 60001');
    expect(changed({ steps: null })).toThrow('whole number of steps');
    expect(() => settingsOf(new Uint8Array(20))).toThrow('bytes');
    const other = encodeCheckpoint(state, { ...extra, seed: 6 });
    await expect(inPage().continueFrom(other)).rejects.toThrow('seed 6');
  });
});

describe('the trainer', () => {
  const looks: Look[] = [];
  const pictures: Uint8Array[] = [];
  const failures: unknown[] = [];
  let end: () => void;
  const listener = {
    look: (look: Look) => void looks.push(look),
    digits: ({ data }: { data: Uint8Array }) => void pictures.push(data),
    ended: () => end(),
    failed: (error: unknown) => void failures.push(error),
    breath: () => new Promise<void>((resolve) => setImmediate(resolve)),
  };

  it('trains to the end, shows and keeps it, makes no further step, and leaves no tensor', async () => {
    kept.length = 0;
    const run = inPage();
    await run.advance(); // makes what a system keeps
    const trainer = new Trainer(run, { seed: 0, across: 0, down: 0 }, listener);
    const before = memory().numTensors;
    const ended = new Promise<void>((resolve) => (end = resolve));
    trainer.start();
    await trainer.pause();
    const paused = run.step;
    expect(paused).toBe(2);
    expect(trainer.isRunning).toBe(false);
    trainer.start();
    await ended;
    expect(run.step).toBe(6);
    expect(looks.at(-1)!.step).toBe(6);
    expect(kept.at(-1)!.step).toBe(6);
    await trainer.step();
    expect(run.step).toBe(6);
    expect(memory().numTensors).toBe(before);
    const samples = looks.map(({ samples }) => samples.data);
    expect(samples.at(-1)).toEqual((await run.picture()).data);

    // the corner that is the place, and another place
    pictures.length = 0;
    const columns = (picture: Uint8Array, digit: number) =>
      picture.filter((_, i) => Math.floor((i % 140) / 28) === digit);
    await trainer.moveTo({ seed: 0, across: 0, down: 1 });
    await trainer.moveTo({ seed: 0, across: 0.5, down: 1 });
    const [corner, between] = pictures as [Uint8Array, Uint8Array];
    expect(columns(corner, 0)).toEqual(columns(corner, 3));
    expect(columns(between, 0)).not.toEqual(columns(corner, 0));
    expect(columns(between, 3)).toEqual(columns(corner, 3));
    expect(failures).toEqual([]);
    await trainer.dispose();
  });
});

it('latent vectors between four are the four in the corners, and as long in between', async () => {
  const corners = sampleLatents({ count: 4, size: 16, seed: 3 });
  const rows = await corners.array();
  const at = async (across: number, down: number): Promise<number[]> => {
    const latent = latentBetween(corners, across, down);
    const [row] = await latent.array();
    latent.dispose();
    return row!;
  };
  for (const [i, row] of rows.entries()) {
    const corner = await at(i % 2, Math.floor(i / 2));
    expect(corner).toBeAllclose(row, { atol: 2e-5 });
  }
  const lengths = rows.map((row) => Math.hypot(...row));
  const middle = Math.hypot(...(await at(0.5, 0.5)));
  expect(middle).toBeGreaterThan(0.9 * Math.min(...lengths));
  expect(middle).toBeLessThan(1.1 * Math.max(...lengths));
  dispose(corners);
});
