import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, inject, it } from 'vitest';
import { emptyProject, npmInstall, run, sizeOf } from './installation.js';

/** The block of the README behind `<!-- mark -->`. */
function blockOf(readme: string, mark: string): string {
  const block = new RegExp(`<!-- ${mark} -->\\s+\`\`\`\\w+\\n([\\s\\S]*?)\`\`\``).exec(readme);
  if (block === null) throw new Error(`README.md has no block behind <!-- ${mark} -->`);
  return block[1]!;
}

describe('a newcomer with an empty folder', () => {
  const readme = readFileSync('README.md', 'utf8');
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

  it('pastes the snippet of the README and sees what it says, within 30 seconds', () => {
    writeFileSync(join(folder, 'snippet.mjs'), blockOf(readme, 'snippet: newcomer'));
    const start = performance.now();
    const printed = run(folder, 'node', 'snippet.mjs');
    expect(performance.now() - start).toBeLessThan(30_000);
    // In the README's output `…` stands for anything.
    const said = blockOf(readme, 'output: newcomer').trim().split('\n');
    for (const line of said) {
      const pattern = line
        .split('…')
        .map((text) => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'))
        .join('.*');
      expect(printed).toMatch(new RegExp(`^${pattern}$`, 'm'));
    }
  });
});
