import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { run } from './installation.js';

const folder = inject('installed');
const command = (...args: string[]) => run(folder, 'npx', '--no-install', 'gan-kit', ...args);

const DRAWS = `
  import { savePNG } from 'gan-kit/node';
  for (const [folder, step] of [['real', 7], ['fake', 11]])
    for (let i = 0; i < 6; i++) {
      const data = Uint8Array.from({ length: 48 }, (_, k) => (k * k * step + 31 * i * i) % 256);
      await savePNG(folder + '/' + i + '.png', { width: 4, height: 4, channels: 3, data });
    }
`;

describe('npx gan-kit', () => {
  beforeAll(() => {
    run(folder, 'node', '--input-type=module', '--eval', DRAWS);
    writeFileSync(
      join(folder, 'colours.mjs'),
      `import { mean } from '@tensorflow/tfjs-core';
       export default (images) => mean(images, [1, 2]);`,
    );
  });
  const folders = ['--real', 'real', '--fake', 'fake', '--extractor', 'colours.mjs'];

  it('evaluate prints a table and writes JSON', () => {
    const printed = command('evaluate', ...folders, '--batch', '4', '--json', 'scores.json');
    expect(printed).toMatch(/^6 fake images, 6 real images; features: colours\.mjs\n\n/);
    for (const name of ['Fréchet distance (colours.mjs)', 'precision', 'F1', 'coverage'])
      expect(printed).toContain(`\n${name}`);
    const { scores } = JSON.parse(readFileSync(join(folder, 'scores.json'), 'utf8')) as {
      scores: { name: string; value: number }[];
    };
    expect(scores[0]!.name).toBe('Fréchet distance (colours.mjs)');
    expect(scores[0]!.value).toBeGreaterThan(0);
  });

  it('evaluate prints JSON alone, if it is asked to', () => {
    const printed = command('evaluate', ...folders, '--metrics', 'frechet', '--json', '-');
    expect(JSON.parse(printed)).toMatchObject({
      real: 6,
      fake: 6,
      scores: [{ metric: 'frechet' }],
    });
  });

  it('what does not fit is a sentence and no stack', () => {
    expect(() => command('evaluate', '--real', 'real')).toThrow(
      /\n\ngan-kit evaluate: --real, --fake and --extractor must be given\. Received: --real real\.\n$/,
    );
    expect(() => command('evaluate', ...folders, '--metrics', 'fid')).toThrow(
      /gan-kit evaluate: --metrics must be one of 'frechet', .*Received: "fid"\.\n$/,
    );
    expect(() => command('measure')).toThrow(/There is no command measure/);
  });

  it('says what it can do, and its version', () => {
    expect(command('--help')).toMatch(/evaluate +scores a folder/);
    expect(command('evaluate', '--help')).toContain('--coverage-neighbors N');
    expect(command('--version')).toMatch(/^\d+\.\d+\.\d+/);
  });
});
