import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, inject, it } from 'vitest';
import { sizeOf } from './installation.js';

const installed = join(inject('installed'), 'node_modules');
const home = join(installed, 'gan-kit');
const pages = readdirSync(home, { recursive: true, encoding: 'utf8' }).filter((path) =>
  path.endsWith('.md'),
);

/** The anchors of the headings of a page, as npm and GitHub make them. */
function anchorsOf(text: string): string[] {
  const headings = [...text.matchAll(/^#{1,6} (.+)$/gm)].map(([, heading]) => heading!);
  return headings.map((heading) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replace(/\s/g, '-'),
  );
}

/** The links of a page that lead to another place than the web. */
function linksOf(text: string): string[] {
  const outsideCode = text.replace(/^```[\s\S]*?^```/gm, '').replace(/`[^`\n]*`/g, '');
  return [...outsideCode.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target]) => target!)
    .filter((target) => !/^https?:/.test(target));
}

/** Links of a page that lead nowhere. */
function deadLinks(page: string): string[] {
  const path = join(home, page);
  return linksOf(readFileSync(path, 'utf8')).filter((link) => {
    const [target, anchor] = link.split('#') as [string, string?];
    const file = target === '' ? path : resolve(dirname(path), target);
    if (!file.startsWith(home) || !existsSync(file)) return true;
    return (
      anchor !== undefined &&
      statSync(file).isFile() &&
      !anchorsOf(readFileSync(file, 'utf8')).includes(anchor)
    );
  });
}

describe('what is packed', () => {
  it('has the README, the guides and what they show', () => {
    expect(pages).toEqual(expect.arrayContaining(['README.md', 'CHANGELOG.md']));
    expect(linksOf(readFileSync(join(home, 'README.md'), 'utf8')).length).toBeGreaterThan(15);
  });

  it.each(pages)('every link of %s leads somewhere', (page) => {
    expect(deadLinks(page)).toEqual([]);
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
