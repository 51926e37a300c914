import { readFileSync } from 'node:fs';
import { setBackend } from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { describe, expect, it } from 'vitest';
import type { GradientStatus } from '../../src/gradcheck/check_derivatives.js';
import { ROWS } from '../../tools/gradcheck/rows.js';
import type { Row } from '../../tools/gradcheck/rows.js';
import { markdown, problems } from '../../tools/gradcheck/table.js';
import { blocks } from './blocks.js';
import { OPS } from './catalogue.js';

const verdict = (status: GradientStatus, error = NaN) => ({ status, error, atKinks: 0 });
const row = (
  phase: Row['phase'],
  name: string,
  first: Row['first'],
  second: Row['second'],
): Row => ({
  ...{ phase, name, first, second },
});
const right = (error: number) => verdict('right', error);
const wrong = verdict('wrong', 0.3);

describe('the table of npm run gradcheck', () => {
  const results = new Map([
    [
      'cpu',
      [
        row('stock', 'tanh', right(2e-5), wrong),
        row('stock', 'mirrorPad', wrong, verdict('throws')),
        row('repaired', 'tanh', right(2e-5), right(3.4e-5)),
        row('repaired', 'mirrorPad', right(1e-6), verdict('undecided')),
      ],
    ],
    [
      'wasm',
      [row('stock', 'tanh', right(1e-5), right(1e-5)), row('repaired', 'tanh', wrong, right(4e-5))],
    ],
  ]);

  it('has a line for each op: what tfjs has, what it becomes, and the error', () => {
    const cells = markdown(results)
      .split('\n')
      .map((line) =>
        line
          .slice(2, -2)
          .split(' | ')
          .map((cell) => cell.trim()),
      );
    expect(cells.map((line) => line.map((cell) => cell.replace(/-{3,}/, '---')))).toEqual([
      ['op', 'cpu, first order', 'second', 'wasm, first order', 'second'],
      Array(5).fill('---'),
      ['tanh', '2e-5', 'wrong → 3e-5', '**wrong**', '4e-5'],
      ['mirrorPad', 'wrong → 1e-6', 'throws → **undecided**', '', ''],
    ]);
  });

  it('is followed by what is not right after the repairs', () => {
    expect(problems(results)).toEqual([
      'mirrorPad on cpu: right, undecided',
      'tanh on wasm: wrong, right',
    ]);
    expect(problems(new Map([['cpu', results.get('cpu')!.slice(0, 3)]]))).toEqual([]);
  });

  it('in docs/gradients.md has every op and block, and none that is wrong', async () => {
    await setBackend('cpu');
    const names = [...OPS, ...blocks()].map(({ name }) => name);
    expect(ROWS).toBe(2 * names.length);
    const guide = readFileSync('docs/gradients.md', 'utf8');
    const [, table] = /<!-- gradcheck -->([^]*)<!-- end of gradcheck -->/.exec(guide)!;
    const lines = table!.trim().split('\n').slice(2);
    expect(lines.map((line) => line.slice(2).split(' | ')[0]!.trim())).toEqual(names);
    expect(table).not.toContain('**');
  });
});
