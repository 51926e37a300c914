import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, inject, it } from 'vitest';
import { deadLinks, linksOf } from '../docs/links.js';
import { sizeOf } from './installation.js';

const installed = join(inject('installed'), 'node_modules');
const home = join(installed, 'gan-kit');
const pages = readdirSync(home, { recursive: true, encoding: 'utf8' }).filter((path) =>
  path.endsWith('.md'),
);

describe('what is packed', () => {
  it('has the README, the guides and what they show', () => {
    expect(pages).toEqual(expect.arrayContaining(['README.md', 'CHANGELOG.md']));
    expect(linksOf(readFileSync(join(home, 'README.md'), 'utf8')).length).toBeGreaterThan(15);
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
    const readme = readFileSync(join(home, 'README.md'), 'utf8');
    const said = /gan-kit itself is (\d+\.\d) MB unpacked/.exec(readme)![1]!;
    expect(Math.abs(sizeOf(home) / 1e6 - Number(said))).toBeLessThan(0.3);
  });
});
