import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, inject, it } from 'vitest';
import { emptyProject, npmInstall, run, sizeOf } from './installation.js';
import { blockOf } from './page_blocks.js';
import { readRing, samplesPerMode } from './ring_picture.js';

describe('a newcomer with an empty folder', () => {
  const readme = readFileSync('README.md', 'utf8');
  const quickStart = readFileSync('docs/quick-start.md', 'utf8');
  const folder = emptyProject(inject('workshop'), 'newcomer', {});

  it('installs less than 130 MB', () => {
    npmInstall(
      folder,
      inject('tarball'),
      '@tensorflow/tfjs-core@^4.22.0',
      '@tensorflow/tfjs-layers@^4.22.0',
    );
    expect(sizeOf(join(folder, 'node_modules'))).toBeLessThan(130e6);
  });

  it('gets as many packages as the README says, and as much of them', () => {
    const lock = readFileSync(join(folder, 'node_modules/.package-lock.json'), 'utf8');
    const { packages } = JSON.parse(lock) as { packages: Record<string, unknown> };
    const [, count, megabytes] = /puts (\d+) packages and (\d+) MB/.exec(readme)!;
    // a release of one of them may bring or drop another
    expect(Math.abs(Object.keys(packages).length - Number(count))).toBeLessThanOrEqual(2);
    const size = sizeOf(join(folder, 'node_modules')) / 1e6;
    expect(Math.abs(size - Number(megabytes))).toBeLessThan(0.05 * Number(megabytes));
  });

  it('pastes the snippet of the README', () => {
    writeFileSync(join(folder, 'first.mjs'), blockOf(readme, 'snippet: first'));
    const printed = run(folder, 'node', 'first.mjs');
    expect(printed).toBe('discriminator, generator\n[ 16, 28, 28, 1 ]\n');
  });

  it('pastes the snippet of the quick start and sees what it says: a ring', () => {
    const snippet = blockOf(quickStart, 'snippet: newcomer');
    writeFileSync(join(folder, 'snippet.mjs'), `${snippet}\nexport { samples };\n`);
    const numbers = 'console.error(JSON.stringify((await import("./snippet.mjs")).samples));';
    writeFileSync(join(folder, 'measured.mjs'), numbers);
    const { stdout, stderr } = spawnSync('node', ['measured.mjs'], {
      cwd: folder,
      encoding: 'utf8',
    });
    // In the output on the page `…` stands for anything.
    const said = blockOf(quickStart, 'output: newcomer').trim().split('\n');
    for (const line of said) {
      const pattern = line
        .split('…')
        .map((text) => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'))
        .join('.*');
      expect(stdout).toMatch(new RegExp(`^${pattern}$`, 'm'));
    }
    const samples = JSON.parse(stderr.trim().split('\n').at(-1)!) as [number, number][];
    const perMode = samplesPerMode(samples);
    expect(samples).toHaveLength(1000);
    expect(Math.min(...perMode)).toBeGreaterThanOrEqual(30);
    const near = perMode.reduce((sum, count) => sum + count);
    expect(near).toBeGreaterThanOrEqual(800);
    expect(stdout).toContain(`\n${near} of 1,000 samples`);
    // what a person sees: dark spots at all eight modes, and hardly one elsewhere
    const { darkPerMode, darkElsewhere } = readRing(stdout);
    expect(Math.min(...darkPerMode)).toBeGreaterThan(0);
    const dark = darkPerMode.reduce((sum, count) => sum + count);
    expect(darkElsewhere).toBeLessThanOrEqual(dark / 8);
  });

  it('would not take the cloud of the first snippet for a ring', () => {
    const cloud = Array.from({ length: 23 }, (_, row) =>
      row > 3 && row < 19 ? '         ###########################' : '',
    ).join('\n');
    const { darkPerMode, darkElsewhere } = readRing(`${cloud}\n`);
    expect(Math.min(...darkPerMode)).toBe(0);
    expect(darkElsewhere).toBeGreaterThan(100);
  });
});
