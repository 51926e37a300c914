import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { ConvolutionCase } from '../../bench/cases/cases.js';
import { convolutions } from '../../bench/levels/convolutions.js';
import { measure } from '../../bench/measure.js';
import { Contender } from '../../bench/protocol/contender.js';
import { lastWords } from '../../bench/protocol/line_process.js';
import { Report } from '../../bench/report.js';

/** A contender whose answers to `prepare` and `run` are expressions; `runs` counts them. */
const play = (name: string, prepare: string, run: string, more: { patience?: number } = {}) =>
  new Contender({
    name,
    ...more,
    command: process.execPath,
    args: [
      '--eval',
      `let runs = 0;
       require('node:readline').createInterface(process.stdin).on('line', (line) => {
         const request = JSON.parse(line);
         if (request.run) runs++;
         const answer = request.prepare ? ${prepare} : request.run ? ${run} : {};
         console.log(typeof answer === 'string' ? answer : JSON.stringify(answer));
       });`,
    ],
  });
const READY = '{ fingerprint: [1, 2] }';
const DONE = '{ ms: 60, peak: 4096 }';
const one: ConvolutionCase = {
  kind: 'convolution',
  x: [1, 1, 1, 1],
  filter: [1, 1, 1, 1],
  stride: 1,
  pass: 'forward',
};
const everyone = [
  play('killed', READY, `runs > 2 ? process.kill(process.pid, 'SIGKILL') : ${DONE}`),
  play('sound', READY, DONE),
  play('thrown', READY, `runs > 1 ? null.x : ${DONE}`),
  play('unable', '{ problem: "no memory" }', DONE),
  play('tired', READY, `runs > 1 ? { problem: 'out of memory' } : ${DONE}`),
  play('talkative', '"Hello!"', DONE),
  play('another', '{ fingerprint: [1, 3] }', DONE),
  new Contender({ name: 'absent', command: '/nowhere/python', args: [] }),
];
afterAll(() => everyone.forEach((contender) => contender.stop()));

describe('a contender that fails', { timeout: 60_000 }, () => {
  it('is out of the task, with the reason, and the others go on', async () => {
    const [timings] = await measure([{ one, by: everyone }], 3, () => undefined);
    const told = Object.fromEntries(
      timings!.map(({ contender, rounds, problem }) => [contender, { rounds, problem }]),
    );
    // the first run warms up
    expect(told).toEqual({
      killed: { rounds: [60], problem: 'the process ended (SIGKILL)' },
      sound: { rounds: [60, 60, 60] },
      thrown: {
        rounds: [],
        problem: expect.stringMatching(
          /^the process ended \(exit code 1, TypeError: .*null.*\)$/,
        ) as string,
      },
      unable: { rounds: [], problem: 'no memory' },
      tired: { rounds: [], problem: 'out of memory' },
      talkative: { rounds: [], problem: expect.stringMatching(/JSON/) as string },
      another: { rounds: [60, 60, 60] },
      absent: {
        rounds: [],
        problem: 'the process ended (spawn /nowhere/python ENOENT)',
      },
    });
    expect(timings!.at(-2)!.difference).toBeCloseTo(0.5, 12);
  });

  it('that is not ready in time is given up, and starts again at the next task', async () => {
    const command = {
      name: 'slow',
      command: process.execPath,
      args: ['--eval', "require('node:readline').createInterface(process.stdin)"],
    };
    const slow = new Contender({ ...command, patience: 300 });
    const late = { problem: 'not ready after 0.3 s' };
    expect(await slow.prepare(one, 0)).toEqual(late);
    expect(await slow.run(0, 1)).toEqual(late);
    await slow.release();
    expect(await slow.prepare(one, 0)).toEqual(late);
    slow.stop();
    const quick = play('quick', READY, DONE, { patience: 60_000 });
    expect(await quick.prepare(one, 0)).toEqual({ fingerprint: [1, 2] });
    quick.stop();
  });

  it('starts again at the next task', async () => {
    const again = everyone.slice(0, 2);
    const timings = await measure([{ one, by: again }], 1, () => undefined);
    expect(timings[0]!.map(({ rounds }) => rounds)).toEqual([[60], [60]]);
    expect(timings[0]![0]!.problem).toBeUndefined();
  });

  it('others are compared with the first that has numbers', async () => {
    const by = [everyone[3]!, everyone[6]!, everyone[1]!];
    const [timings] = await measure([{ one, by }], 1, () => undefined);
    expect(timings![1]!.difference).toBe(0);
    expect(timings![2]!.difference).toBeCloseTo(1 / 3, 12);
  });

  it('leaves tables and files, which are whole after each case', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'bench-'));
    const report = new Report(folder, 'a machine');
    const lines: number[] = [];
    const bench = {
      contenders: everyone.slice(0, 2),
      ours: 'killed',
      stock: 'sound',
      rounds: 2,
      report,
      tell: () => undefined,
      advance: () => {
        lines.push(report.markdown().split('\n').length);
      },
    };
    const { cases, run } = convolutions();
    await run(bench);
    expect(lines).toHaveLength(cases);
    expect(lines[1]! - lines[0]!).toBe(3); // one row a pass
    const markdown = await readFile(join(folder, 'results.md'), 'utf8');
    expect(markdown).toBe(`${report.markdown()}\n`);
    expect(markdown).toMatch(/\| d filter \| .* \| ended \| 60\.0 ms \|/);
    expect(markdown).toMatch(/^- killed: the process ended \(SIGKILL\)$/m);
    const json = JSON.parse(await readFile(join(folder, 'results.json'), 'utf8')) as {
      convolutions: unknown[];
    };
    expect(json.convolutions).toHaveLength(cases);
    await rm(folder, { recursive: true });
  });
});

it('of what a process wrote before its end, the line that names an error is told', () => {
  const node = 'file.js:1\nfoo\n\nTypeError: no\n    at file.js:1:2\n\nNode.js v20.20.0\n';
  expect(lastWords(node)).toBe(', TypeError: no');
  const python = 'Traceback:\n  import torch\nModuleNotFoundError: No module named torch\n';
  expect(lastWords(python)).toBe(', ModuleNotFoundError: No module named torch');
  expect(lastWords('torch.cuda.OutOfMemoryError: CUDA\n')).toMatch(/OutOfMemoryError/);
  expect(lastWords('just a warning\n')).toBe('');
});
