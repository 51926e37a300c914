import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { WriteStream } from 'node:tty';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { readClassifier } from '../../examples/mnist/read_classifier.js';
import { readMnist } from '../../examples/mnist/read_mnist.js';
import { Judge } from '../../examples/mnist/scores.js';
import { jobName } from '../../examples/study/job.js';
import type { Job, JobState, Progress } from '../../examples/study/job.js';
import { jobsOf, readOptions } from '../../examples/study/options.js';
import { failureTable, scoreCurves, table } from '../../examples/study/report.js';
import type { Result } from '../../examples/study/report.js';
import { RunFolder } from '../../examples/study/run_folder.js';
import { SETTINGS } from '../../examples/study/settings.js';
import { CONTESTANTS } from '../../examples/study/systems.js';
import { Trainer } from '../../examples/study/trainer.js';
import { TrialRun } from '../../examples/study/trial.js';
import { progressLines, View } from '../../examples/study/view.js';
import { GanKitError } from '../../src/errors.js';
import { useBackend } from '../helpers/backends.js';
import { refusal } from '../helpers/refusal.js';

const folder = mkdtempSync(join(tmpdir(), 'gan-kit-settings-'));
afterAll(() => rmSync(folder, { recursive: true }));

const read = (...args: string[]) => readOptions(args);
const jobs = (...args: string[]) => jobsOf(read(...args), 'wasm');
const SMALL = ['--seeds', '3', '--steps', '4', '--batch', '4', '--samples', '50'];
const smallJob = (...args: string[]): Job => jobs(...SMALL, ...args)[0]!;

describe('settings', () => {
  beforeAll(() => useBackend('wasm'));

  it('are those of the paper’s table', () => {
    const rows = Object.entries(SETTINGS).map(([name, { adam, criticSteps }]) =>
      [name, adam.learningRate, adam.beta1, adam.beta2, criticSteps].join(' '),
    );
    expect(rows).toEqual([
      'A 0.0001 0.5 0.9 5',
      'B 0.0001 0.5 0.999 1',
      'C 0.0002 0.5 0.999 1',
      'D 0.001 0.5 0.9 5',
      'E 0.001 0.5 0.999 5',
      'F 0.001 0.9 0.999 5',
    ]);
  });

  it.each(Object.keys(CONTESTANTS))('give %s their rates and critic steps', async (system) => {
    const name = system === 'began' ? 'C' : 'F';
    const { adam, criticSteps } = SETTINGS[name]!;
    const contestant = CONTESTANTS[system]!({ seed: 5, seconds: 1, setting: SETTINGS[name] });
    const { optimizers } = contestant.system;
    for (const player of ['generator', 'discriminator'] as const)
      expect(optimizers[player]).toMatchObject(adam);
    // the system itself moves the generator once in so many steps
    const { values } = await contestant.system.state();
    const inSystem = Object.entries(values).filter(([name]) => name.endsWith('criticSteps'));
    expect(inSystem.map(([, value]) => value)).toEqual(system === 'began' ? [] : [criticSteps]);
    const steps = vi.spyOn(contestant.system, 'trainStep').mockResolvedValue(undefined);
    await contestant.step({ images: readMnist('train'), batch: 4, seed: 5 }, 0);
    expect(steps).toHaveBeenCalledTimes(criticSteps);
    contestant.dispose();
  });
});

describe('the options of the study', () => {
  it('make jobs of seeds, systems and settings, in this order', () => {
    const names = jobs('--systems', 'dcgan,progan', '--settings', 'own,B', '--seeds', '4,1');
    expect(names.map(jobName)).toEqual([
      ...['dcgan-4-50', 'dcgan-B-4-50', 'progan-4-50', 'progan-B-4-50'],
      ...['dcgan-1-50', 'dcgan-B-1-50', 'progan-1-50', 'progan-B-1-50'],
    ]);
    expect(jobName(smallJob('--systems', 'dcgan'))).toBe('dcgan-3-4steps-batch4-samples50');
  });

  it('are as before by default: 36 runs of 50 seconds in this process', () => {
    const options = read();
    expect(options).toMatchObject({ length: { seconds: 50 }, batch: 24, samples: 1000 });
    expect([options.backend, options.workers, options.queue]).toEqual(Array(3).fill(undefined));
    expect(jobs().map(({ setting }) => setting)).toEqual(Array(36).fill('own'));
    expect(read('--local')).toMatchObject({ workers: 2, backend: 'wasm', queue: undefined });
    const redis = ['--redis', 'redis://there', '--workers', '0'];
    expect(read(...redis)).toMatchObject({ workers: 0, queue: { redis: 'redis://there' } });
  });

  it.each([
    [['--settings', 'G'], '--settings must be one of own, A, B, C, D, E, F. Received: G.'],
    [['--settings', 'A'], '--settings must be own, B or C for began, whose players move together'],
    [['--systems', 'dcgan,dcgan'], '--systems must name each once. Received: dcgan,dcgan.'],
    [['--steps', '0'], '--steps must be an integer >= 1. Received: 0.'],
    [['--steps', '3', '--seconds', '3'], '--steps must be without --seconds. Received: both.'],
    [['--local', '--redis', 'x'], '--local must be without --redis. Received: both.'],
    [['--watch'], '--watch must be with --redis URL. Received: none.'],
    [['--workers', '3'], '--workers must be with --local or --redis. Received: 3.'],
    [['--local', '--workers', '0'], '--workers must be an integer >= 1. Received: 0.'],
    [['--redis', 'x', '--lock', '9'], '--lock must be an integer >= 100. Received: 9.'],
    [['--samples', '49'], '--samples must be an integer >= 50. Received: 49.'],
  ])('refuse %j', (args, message) => {
    const { said, code } = refusal(readOptions, args);
    expect(said).toContain(message);
    expect(code).toBe(2);
  });
});

describe('a run of the study', () => {
  const images = readMnist('train');
  let judge: Judge;
  beforeAll(async () => {
    await useBackend('wasm');
    const { pixels, digits } = readMnist('t10k');
    judge = await Judge.create(readClassifier(), { count: 100, pixels, digits });
  });

  it('goes on from its checkpoint to the same bits, which depend on its setting', async () => {
    const bits = async (job: Job, cut?: number) => {
      const { setting, ...rest } = job;
      const plan = { ...rest, ...(setting !== 'own' && { setting }) };
      let run = new TrialRun(plan, images, judge, () => 0);
      while (!run.isDone) {
        await run.advance();
        if (run.step !== cut) continue;
        const checkpoint = await run.checkpoint();
        await run.advance(); // lost
        run.dispose();
        run = new TrialRun(plan, images, judge, () => 0);
        await run.restore(checkpoint);
      }
      expect(run.milestones.map(({ step }) => step)).toEqual([0, 1, 2, 3, 4]);
      const found = await run.bits();
      run.dispose();
      return found;
    };
    for (const system of ['progan', 'sagan']) {
      const whole = await bits(smallJob('--systems', system));
      expect(await bits(smallJob('--systems', system), 2)).toBe(whole);
      expect(await bits(smallJob('--systems', system, '--settings', 'B'))).not.toBe(whole);
    }
  }, 60_000);

  const unwatched = {
    signal: new AbortController().signal,
    keeper: { load: async () => undefined, save: async () => undefined },
    onProgress: () => undefined,
  };

  it('that fails by itself has a result that says so; another error is thrown', async () => {
    const trainer = new Trainer('wasm (test)', images, judge);
    const job = smallJob('--systems', 'dcgan');
    const failing = (error: Error) => {
      const step = vi.spyOn(TrialRun.prototype, 'advance').mockRejectedValueOnce(error);
      return trainer.run(job, unwatched).finally(() => step.mockRestore());
    };
    const loss = new GanKitError('value', 'a loss must be finite.\nMore.', { where: 'trainStep' });
    expect(await failing(loss)).toEqual({
      result: {
        ...{ system: 'dcgan', setting: 'own', seed: 3, milestones: [] },
        ...{ backend: 'wasm', node: process.version, failed: 'a loss must be finite.' },
      },
    });
    await expect(failing(new Error('no memory'))).rejects.toThrow('no memory');
  });

  it('is read from its folder, unless another backend made it', async () => {
    const made = new RunFolder(join(folder, 'runs'));
    const job = smallJob('--systems', 'dcgan');
    const result = { ...{ system: 'dcgan', setting: 'own', seed: 3 }, milestones: [] };
    expect(made.result(job)).toBeUndefined();
    await made.keep(job, { result: { ...result, backend: 'wasm' } });
    expect(made.result(job)).toEqual({ ...result, backend: 'wasm' });
    expect(made.result({ ...job, backend: 'cpu' })).toBeUndefined();
    // files of earlier versions do not say it
    writeFileSync(join(made.path, `${jobName(job)}.json`), JSON.stringify(result));
    expect(made.result({ ...job, backend: 'cpu' })).toEqual(result);
  });
});

describe('the table of the study', () => {
  const result = (setting: string, seed: number, score: number, failed?: string): Result => ({
    ...{ system: 'dcgan', setting, seed, ...(failed !== undefined && { failed }) },
    milestones: [
      { step: 7, seconds: 2, score, scoreStd: 0, frechet: 5, confident: 0.5, shares: [] },
    ],
  });

  it('has rows for settings, and counts failed runs, which are in no mean and no curve', () => {
    const runs = [
      result('own', 0, 2),
      result('A', 0, 3),
      result('A', 1, 99, 'NaN'),
      result('A', 2, 5),
    ];
    const made = table(runs, { steps: 7 });
    expect(made.title).toBe('After 7 generator steps');
    expect(made.columns.slice(0, 4)).toEqual(['system', 'setting', 'seconds', 'classifier score']);
    expect(made.rows.map((row) => [row[1], row[3], row.at(-1)])).toEqual([
      ['own', '2.00 ± 0.00', '0 of 1'],
      ['A', '4.00 ± 1.41', '1 of 3'],
    ]);
    expect(failureTable(runs)!.rows).toEqual([['dcgan', 'A', 1, 'NaN']]);
    expect(scoreCurves(runs)[0]!.series).toEqual([
      { name: 'dcgan', x: [2], y: [2] },
      { name: 'dcgan A', x: [2], y: [4] },
    ]);
    const none = table([result('A', 1, 99, 'NaN')], { steps: 7 });
    expect(none.rows).toEqual([['dcgan', 'A', '–', '–', '–', '–', '1 of 1']]);
  });

  it('has the columns of before without settings and failures', () => {
    const made = table([result('own', 0, 2)], { seconds: 50 });
    expect(made.columns).toEqual([
      ...['system', 'steps', 'classifier score', 'Fréchet distance', 'confident'],
    ]);
    expect(made.rows).toEqual([['dcgan', '7 ± 0', '2.00 ± 0.00', '5.0 ± 0.0', '50.0 ± 0.0 %']]);
    expect(failureTable([result('own', 0, 2)])).toBeUndefined();
  });
});

describe('the view of jobs', () => {
  const states = (): JobState[] => {
    const [a, b, c] = jobs('--systems', 'dcgan', '--settings', 'A', '--steps', '40');
    const at = (share: number, more: Partial<Progress>): Progress => ({
      ...{ step: share * 40, share, worker: 'host/7', ...more },
    });
    return [
      { job: a!, state: 'done', progress: at(1, { score: 6.54321 }) },
      { job: b!, state: 'waiting' },
      { job: c!, state: 'running', progress: at(0.25, { score: 1.5, rest: 90 }) },
    ];
  };

  it('has a line for each job, and what is left', () => {
    // a quarter of 120 s is done of one job, and another of 120 s waits
    expect(progressLines(states(), { rows: 24, columns: 200 })).toEqual([
      '3 jobs: 1 done, 1 running, 1 waiting, 0 failed; 3:30 left',
      'dcgan  A  seed 0  40 of 40 steps  score 6.54  done     host/7',
      'dcgan  A  seed 1  0 of 40 steps               waiting',
      'dcgan  A  seed 2  10 of 40 steps  score 1.50  running  host/7  1:30 left',
    ]);
  });

  it('shows running jobs first where there is no room for all', () => {
    const lines = progressLines(states(), { rows: 4, columns: 20 });
    expect(lines).toEqual(['3 jobs: 1 done, 1 ru', 'dcgan  A  seed 2  10', '… and 2 more']);
  });

  const shown = (isTTY: boolean, times: number): string => {
    let said = '';
    const write = (text: string) => ((said += text), true);
    const view = new View({ isTTY, rows: 24, columns: 80, write } as unknown as WriteStream);
    for (let i = 0; i < times; i++) view.show(states());
    return said;
  };

  it('is redrawn in place on a terminal, else a line an end and all now and then', () => {
    const ESCAPE = '\u001b';
    const twice = shown(true, 2);
    expect(twice.split(`${ESCAPE}[4A`)).toHaveLength(2);
    expect(twice.split('3 jobs:')).toHaveLength(3);
    const lines = shown(false, 3).trim().split('\n');
    expect(lines.map((line) => line.slice(0, 16))).toEqual([
      ...['dcgan  A  seed 0', '3 jobs: 1 done, ', 'dcgan  A  seed 2'],
    ]);
  });
});
