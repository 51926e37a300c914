import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tensor } from '@tensorflow/tfjs-core';
import { layers, sequential } from '@tensorflow/tfjs-layers';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { decodeCheckpoint } from '../../src/io/checkpoint.js';
import type { CheckpointExtra } from '../../src/io/checkpoint.js';
import { nonSaturating } from '../../src/losses/non_saturating.js';
import { encodePNG } from '../../src/node/images/png.js';
import { interruptSignal } from '../../src/node/run/interrupt_signal.js';
import { runInFolder } from '../../src/node/run/run_in_folder.js';
import { sampleLatents } from '../../src/training/latents.js';
import { noteLosses } from '../../src/training/loop/note_losses.js';
import type { LossHistory } from '../../src/training/loop/note_losses.js';
import { createGAN } from '../../src/training/systems/gan.js';
import { useBackend } from '../helpers/backends.js';

const root = mkdtempSync(join(tmpdir(), 'gan-kit-run-'));
afterAll(() => rmSync(root, { recursive: true }));
beforeAll(() => useBackend('wasm'));

let shown = '';
beforeEach(() => {
  shown = '';
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    shown += String(text);
    return true;
  });
});
afterEach(() => {
  vi.restoreAllMocks();
});

const network = (inputs: number, units: number, seed: number) =>
  sequential({
    layers: [
      layers.dense({
        ...{ inputShape: [inputs], units, useBias: false },
        kernelInitializer: { className: 'RandomNormal', config: { seed } } as never,
      }),
    ],
  });
const gan = () =>
  createGAN({
    generator: network(2, 2, 1),
    discriminator: network(2, 1, 2),
    loss: nonSaturating(),
  });
const batch = (k: number) => ({ real: sampleLatents({ count: 4, size: 2, seed: k }) });
/** A picture whose only pixel is a number. */
const dot = (value: number) => ({
  width: 1,
  height: 1,
  channels: 1 as const,
  data: Uint8Array.of(value),
});
const learningRate = (k: number) => 0.01 / (k + 1);
const read = (folder: string) =>
  decodeCheckpoint(readFileSync(join(folder, 'checkpoint.safetensors')));

/** A history, and what the checkpoint has of it. */
function kept(): {
  history: LossHistory;
  extra: { save: () => CheckpointExtra; restore: (extra: CheckpointExtra) => void };
} {
  const history: LossHistory = {};
  return {
    history,
    extra: {
      save: () => ({ history }),
      restore: ({ history: old }) => Object.assign(history, old),
    },
  };
}

describe('runInFolder', () => {
  it('makes the folder, pictures from before the first step to the last, and checkpoints', async () => {
    const folder = join(root, 'new/whole');
    const system = gan();
    const at: number[] = [];
    const rhythm = [
      {
        every: 1,
        do: () =>
          at.push(
            existsSync(join(folder, 'checkpoint.safetensors'))
              ? (read(folder).extra['saves'] as number)
              : 0,
          ),
      },
    ];
    let saves = 0;
    const run = await runInFolder(system, batch, {
      ...{ folder, steps: 5, saveEvery: 2, rhythm, bar: false },
      pictures: { every: 3, draw: async () => dot(system.stepCount), name: 'dot' },
      extra: { save: () => ({ saves: ++saves }), restore: () => undefined },
    });
    expect(run).toMatchObject({
      step: 5,
      aborted: false,
      checkpoint: join(folder, 'checkpoint.safetensors'),
    });
    expect(at).toEqual([0, 0, 1, 1, 2]);
    expect(saves).toBe(3);
    expect(readdirSync(folder).sort()).toEqual([
      'checkpoint.safetensors',
      ...[0, 3, 5].map((step) => `dot-00000${step}.png`),
    ]);
    for (const step of [0, 3, 5])
      expect(new Uint8Array(readFileSync(join(folder, `dot-00000${step}.png`)))).toEqual(
        encodePNG(dot(step)),
      );
    expect(read(folder).state).toEqual(await system.state());
    expect(shown).toBe('');
  });

  it('ends on Ctrl-C between two steps, and goes on with the bits of a run that never stopped', async () => {
    const [whole, stopped] = [kept(), kept()];
    const options = (
      folder: string,
      { history, extra }: ReturnType<typeof kept>,
      ctrlC = Infinity,
    ) => ({
      folder: join(root, folder),
      steps: 8,
      learningRate,
      extra,
      rhythm: [
        { every: 1, do: (event: { step: number; losses: object }) => noteLosses(history, event) },
        { every: 1, do: ({ step }: { step: number }) => step === ctrlC && process.emit('SIGINT') },
      ],
    });
    await runInFolder(gan(), batch, options('uninterrupted', whole));
    const listeners = process.listenerCount('SIGINT');
    const first = await runInFolder(gan(), batch, options('interrupted', stopped, 3));
    expect(first).toMatchObject({ step: 3, aborted: true });
    expect(read(join(root, 'interrupted')).extra).toEqual({ history: stopped.history });
    const again = kept();
    const second = await runInFolder(gan(), batch, options('interrupted', again));
    expect(second).toMatchObject({ step: 8, aborted: false });
    expect(again.history).toEqual(whole.history);
    expect(again.history['generator']!.x).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    const files = ['interrupted', 'uninterrupted'].map((name) =>
      readFileSync(join(root, name, 'checkpoint.safetensors')),
    );
    expect(files[0]!.equals(files[1]!)).toBe(true);
    await vi.waitFor(() => expect(process.listenerCount('SIGINT')).toBe(listeners), 3000);
  });

  it('logs as if it had never stopped: rows and points after the checkpoint are dropped', async () => {
    const folder = join(root, 'logged');
    const options = { folder, logEvery: 2, saveEvery: 3, bar: false as const };
    const broken = (k: number) => (k === 5 ? { real: tensor([[Number.NaN, 1]]) } : batch(k));
    await expect(runInFolder(gan(), broken, { ...options, steps: 6 })).rejects.toThrow('NaN');
    const table = () => readFileSync(join(folder, 'losses.csv'), 'utf8').split('\r\n');
    expect(table().map((line) => line.split(',')[0])).toEqual(['step', '2', '4', '']);
    const cut = table();
    await runInFolder(gan(), batch, {
      ...{ ...options, steps: 6 },
      pictures: { every: 6, draw: () => dot(9) },
    });
    expect(table().map((line) => line.split(',')[0])).toEqual(['step', '2', '4', '6', '']);
    expect(table().slice(0, 3)).toEqual(cut.slice(0, 3));
    const events = readdirSync(folder)
      .filter((name) => name.includes('tfevents'))
      .sort();
    expect(events).toHaveLength(2);
    const last = readFileSync(join(folder, events[1]!));
    expect(last.includes(Buffer.from(encodePNG(dot(9))))).toBe(true);
    // the second file begins at the step after the checkpoint's
    expect(last.includes(Buffer.from([0x10, 4, 0x3a, 2, 8, 1]))).toBe(true);
  });

  it('begins anew if it is asked to', async () => {
    const folder = join(root, 'anew');
    await runInFolder(gan(), batch, { folder, steps: 3, bar: false });
    const asked: number[] = [];
    const system = gan();
    await runInFolder(system, (k) => (asked.push(k), batch(k)), {
      ...{ folder, steps: 2, resume: false, bar: false },
    });
    expect(asked).toEqual([0, 1]);
    expect(read(folder).state).toEqual(await system.state());
  });

  it('leaves the last checkpoint whole if a step fails', async () => {
    const folder = join(root, 'failing');
    const broken = (k: number) => (k === 3 ? { real: tensor([[Number.NaN, 1]]) } : batch(k));
    const run = runInFolder(gan(), broken, { folder, steps: 5, saveEvery: 2 });
    await expect(run).rejects.toThrow(/GAN\.trainStep.*NaN/s);
    const whole = gan();
    await runInFolder(whole, batch, { folder: join(root, 'fine'), steps: 2, bar: false });
    expect(read(folder).state).toEqual(await whole.state());
    // the bar has given the terminal back, and Ctrl-C ends the program again
    expect(process.listenerCount('SIGINT')).toBe(0);
  });

  it('refuses a checkpoint that its program refuses, or of another system, and leaves it', async () => {
    const folder = join(root, 'refused');
    await runInFolder(gan(), batch, { folder, steps: 1, bar: false });
    const before = readFileSync(join(folder, 'checkpoint.safetensors'));
    const restore = () => {
      throw new Error('made with seed 5');
    };
    const options = { folder, steps: 2, bar: false as const };
    await expect(
      runInFolder(gan(), batch, { ...options, extra: { save: () => ({}), restore } }),
    ).rejects.toThrow('made with seed 5');
    const other = createGAN({
      generator: network(3, 2, 1),
      discriminator: network(2, 1, 1),
      loss: nonSaturating(),
    });
    await expect(runInFolder(other, batch, options)).rejects.toThrow(
      /must be a checkpoint of this system/,
    );
    expect(readFileSync(join(folder, 'checkpoint.safetensors')).equals(before)).toBe(true);
  });

  it('shows the steps and the losses, or what it is told to', async () => {
    const { losses } = await runInFolder(gan(), batch, { folder: join(root, 'bar'), steps: 2 });
    const texts = Object.entries<number>({ ...losses! }).map(
      ([name, loss]) => `${name} ${loss.toFixed(3)}`,
    );
    expect(shown).toContain(`2/2 | ${texts.join(' | ')} | 0:00 left`);
    shown = '';
    let seconds = 10;
    await runInFolder(gan(), batch, {
      ...{ folder: join(root, 'told'), steps: 2 },
      bar: { text: ({ step }) => `step ${step}`, done: () => seconds++, total: 12 },
    });
    expect(shown).toContain('12/12 | step 2 | 0:00 left');
  });

  it('with a signal, leaves Ctrl-C to the program', async () => {
    const controller = new AbortController();
    const rhythm = [
      { every: 2, do: () => (expect(process.listenerCount('SIGINT')).toBe(0), controller.abort()) },
    ];
    const run = await runInFolder(gan(), batch, {
      ...{ folder: join(root, 'signal'), bar: false, signal: controller.signal, rhythm },
    });
    expect(run).toMatchObject({ step: 2, aborted: true });
  });

  it.each([
    ['folder', {}],
    ['folder', { folder: '' }],
    ['saveEvery', { folder: root, saveEvery: 0 }],
    ['pictures.draw', { folder: root, pictures: { every: 1 } }],
    ['pictures.name', { folder: root, pictures: { every: 1, draw: () => dot(1), name: 'a/b' } }],
    ['extra.restore', { folder: root, extra: { save: () => ({}) } }],
    ['bar.text', { folder: root, bar: { text: 5 } }],
    ['steps', { folder: root, steps: -1 }],
  ])('refuses a wrong %s', async (parameter, options) => {
    await expect(runInFolder(gan(), batch, options as never)).rejects.toMatchObject({
      ...{ name: 'GanKitError', where: 'runInFolder', parameter },
    });
  });
});

describe('interruptSignal', () => {
  it('is aborted by Ctrl-C; one more ends the program, but not the echo of the first', () => {
    const exit = vi.spyOn(process, 'exit').mockImplementation(() => undefined as never);
    const now = vi.spyOn(performance, 'now').mockReturnValue(5000);
    const signal = interruptSignal();
    expect(interruptSignal()).toBe(signal);
    expect(signal.aborted).toBe(false);
    process.emit('SIGINT');
    expect(signal.aborted).toBe(true);
    now.mockReturnValue(5900);
    process.emit('SIGINT');
    expect(exit).not.toHaveBeenCalled();
    now.mockReturnValue(6100);
    process.emit('SIGINT');
    expect(exit).toHaveBeenCalledWith(130);
  });
});
