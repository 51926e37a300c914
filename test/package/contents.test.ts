import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { describe, expect, inject, it } from 'vitest';
import { deadLinks, linksOf } from '../docs/links.js';
import { sizeOf } from './installation.js';

const installed = join(inject('installed'), 'node_modules');
const home = join(installed, 'gan-kit');
const readme = readFileSync(join(home, 'README.md'), 'utf8');
const pages = readdirSync(home, { recursive: true, encoding: 'utf8' }).filter((path) =>
  path.endsWith('.md'),
);

describe('what is packed', () => {
  it('has the README, the guides and what they show', () => {
    expect(pages).toEqual(expect.arrayContaining(['README.md', 'CHANGELOG.md']));
    expect(linksOf(readme).length).toBeGreaterThan(15);
  });

  it.each(pages)('every link of %s leads somewhere', (page) => {
    expect(deadLinks(join(home, page), home)).toEqual([]);
  });

  it('names no repository, home page or address for bugs that there is not', () => {
    const manifest = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8')) as object;
    for (const field of ['repository', 'homepage', 'bugs'])
      expect(manifest).not.toHaveProperty(field);
  });

  it('is as large as the README says', () => {
    const said = /gan-kit itself is (\d+\.\d) MB unpacked/.exec(readme)![1]!;
    expect(Math.abs(sizeOf(home) / 1e6 - Number(said))).toBeLessThan(0.3);
  });

  it.each([
    ['one_loss', /One loss adds (\d+\.\d) kB/],
    ['everything', /everything that runs in a browser (\d+) kB/],
  ])('adds to the bundle of %s what the README says, within 5 %%', async (program, said) => {
    const { outputFiles } = await build({
      stdin: {
        contents: readFileSync(join(import.meta.dirname, `programs/${program}.js`), 'utf8'),
        resolveDir: installed,
      },
      external: ['@tensorflow/*'],
      ...{ bundle: true, minify: true, format: 'esm', write: false, logLevel: 'error' },
    });
    const size = gzipSync(outputFiles[0]!.contents).length / 1000;
    expect(Math.abs(size / Number(said.exec(readme)![1]) - 1), `${size} kB`).toBeLessThan(0.05);
  });
});
