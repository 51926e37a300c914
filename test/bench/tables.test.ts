import { describe, expect, it } from 'vitest';
import { PASSES } from '../../bench/cases/cases.js';
import type { ConvolutionCase } from '../../bench/cases/cases.js';
import type { Timing } from '../../bench/measure.js';
import { comparisonTable } from '../../bench/tables/comparison_table.js';
import { convolutionTable } from '../../bench/tables/convolution_table.js';
import { problems } from '../../bench/tables/markdown.js';
import { memoryTable } from '../../bench/tables/memory_table.js';
import { penaltyTable } from '../../bench/tables/penalty_table.js';
import { stepTable } from '../../bench/tables/step_table.js';

const timing = (contender: string, rounds: number[], rest: Partial<Timing> = {}): Timing => ({
  contender,
  rounds,
  difference: 0,
  peak: 2 ** 20 * rounds.length,
  ...rest,
});
const ended = (contender: string, rounds: number[] = []) =>
  timing(contender, rounds, { difference: Infinity, problem: 'the process ended (SIGKILL)' });
const cells = (table: string) =>
  table.split('\n').map((line) =>
    line
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim()),
  );

describe('the tables of the benchmark', () => {
  it('a step is told as a multiple of ours and of its products, within a round', () => {
    const ours = timing('ours', [1000, 3000, 2000]);
    const other = timing('other', [500, 600, 1000], { difference: 2e-5 });
    const [header, , first, second] = cells(stepTable([ours, other], 'ours', [800, 1500, 1000]));
    expect(header).toHaveLength(6);
    expect(first).toEqual(['ours', '2,000 ms', '1.0 (1.0–1.0)', '2.0 (1.3–2.0)', '3 MiB', '0e+0']);
    expect(second).toEqual([
      'other',
      '600 ms',
      '0.50 (0.20–0.50)',
      '0.63 (0.40–1.0)',
      '3 MiB',
      '2e-5',
    ]);
  });

  it('a step without measured products has no column for them', () => {
    const [header, , first] = cells(stepTable([timing('ours', [8])], 'ours'));
    expect(header).not.toContain('/ its products forward');
    expect(first).toEqual(['ours', '8.00 ms', '1.0 (1.0–1.0)', '1 MiB', '0e+0']);
  });

  it('who ended, who cannot and who computes something else has no time', () => {
    const ours = timing('ours', [100]);
    const others = [
      ended('one', [40]),
      timing('two', [], { problem: 'no such kernel', difference: Infinity }),
      timing('three', [40], { difference: 0.02 }),
    ];
    const table = stepTable([ours, ...others], 'ours', [80]);
    expect(cells(table).slice(3)).toEqual([
      ['one', 'ended', '', '', '', 'the process ended (SIGKILL)'],
      ['two', 'cannot', '', '', '', 'no such kernel'],
      ['three', 'another result (2e-2)', '', '', '', ''],
    ]);
    expect(problems([ours, ...others, ...others])).toBe(
      '- one: the process ended (SIGKILL)\n- two: no such kernel',
    );
  });

  it('a table is made though ours ended, or the measure of its products', () => {
    const table = stepTable([ended('ours'), timing('other', [50])], 'ours', []);
    expect(cells(table).slice(2)).toEqual([
      ['ours', 'ended', '', '', '', 'the process ended (SIGKILL)'],
      ['other', '50.0 ms', '–', '–', '1 MiB', '0e+0'],
    ]);
  });

  it('the penalty is the difference of two steps within a round', () => {
    const table = penaltyTable(
      [timing('ours', [150, 260], { difference: 1e-5 }), ended('other')],
      [timing('ours', [100, 200], { difference: 3e-5 }), timing('other', [40, 50])],
      [40, 40],
    );
    expect(cells(table)[0]).toContain('the penalty / its products forward');
    expect(cells(table).slice(2)).toEqual([
      ['ours', '205 ms', '150 ms', '55.0 ms', '1.4 (1.3–1.5)', '3e-5'],
      ['other', 'ended', '45.0 ms', '', '', 'the process ended (SIGKILL)'],
    ]);
  });

  it('memory stands beside time', () => {
    const table = memoryTable([
      { name: 'batch 1', timings: [timing('ours', [5, 7, 6]), timing('other', [9, 9])] },
      { name: 'batch 2', timings: [timing('ours', [9]), ended('other')] },
    ]);
    expect(cells(table)).toEqual([
      ['a step', 'ours', 'its peak memory', 'other', 'its peak memory'],
      ['---', '---', '---', '---', '---'],
      ['batch 1', '6.00 ms', '3 MiB', '9.00 ms', '2 MiB'],
      ['batch 2', '9.00 ms', '1 MiB', 'ended', ''],
    ]);
  });

  it('times are compared with as many threads of PyTorch, with another checkout and with two threads', () => {
    const timings = [
      timing('gan-kit, 1 thread', [30, 20]),
      timing('gan-kit, 2 threads', [10, 10]),
      timing('PyTorch, 1 thread', [20, 20]),
      ended('PyTorch, 2 threads'),
      timing('gan-kit of ../old, 1 thread', [60, 60]),
    ];
    const rows = cells(comparisonTable([{ name: 'a case', timings }]));
    expect(rows[0]!.map((name, i) => [name, rows[2]![i]])).toEqual([
      ['times of a step', 'a case'],
      ['gan-kit, 1 thread / PyTorch, 1 thread', '1.3 (1.0–1.5)'],
      ['gan-kit, 1 thread / gan-kit, 2 threads', '2.5 (2.0–3.0)'],
      ['gan-kit, 2 threads / PyTorch, 2 threads', '–'],
      ['gan-kit of ../old, 1 thread / gan-kit, 1 thread', '2.5 (2.0–3.0)'],
    ]);
    expect(comparisonTable([{ name: 'a case', timings: timings.slice(2, 4) }])).toBe('');
  });

  it('a backward pass is a multiple of the faster forward pass, and has none where that ended', () => {
    const cases = PASSES.map((pass): ConvolutionCase => ({
      kind: 'convolution',
      x: [1, 4, 4, 1],
      filter: [3, 3, 1, 1],
      stride: 1,
      pass,
    }));
    const three = (name: string) => [10, 20, 30].map((ms) => timing(name, [ms, ms]));
    const result = (ours: Timing[], stock: Timing[]) => ({
      cases,
      timings: ours.map((one, i) => [one, stock[i]!]),
    });
    const stock = [timing('stock', [20, 5]), timing('stock', [1, 1]), timing('stock', [1, 1])];
    const ratios = (results: Parameters<typeof convolutionTable>[0], column = 2) =>
      cells(convolutionTable(results, 'ours', 'stock'))
        .slice(2)
        .map((row) => row[column]);
    expect(ratios([result(three('ours'), stock)])).toEqual([
      '1.5 (1.0–2.0)',
      '3.0 (2.0–4.0)',
      '4.5 (3.0–6.0)',
    ]);
    expect(ratios([result(three('ours'), stock)], 3)).toEqual([
      '1.3 (0.50–2.0)',
      '2.5 (1.0–4.0)',
      '3.8 (1.5–6.0)',
    ]);
    const dead = PASSES.map(() => ended('ours'));
    expect(ratios([result(dead, stock)])).toEqual(['–', '–', '–']);
    const none = PASSES.map(() => ended('stock'));
    expect(ratios([result(dead, none)])).toEqual(['–', '–', '–']);
    expect(ratios([result(three('ours'), none)])[1]).toBe('2.0 (2.0–2.0)');
  });
});
