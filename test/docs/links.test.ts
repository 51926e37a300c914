import { readFileSync, readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { deadLinks, linksOf } from './links.js';

const ROOT = resolve(import.meta.dirname, '../..');
const inFolder = (folder: string): string[] =>
  readdirSync(resolve(ROOT, folder))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `${folder}/${name}`);
const EXAMPLES = readdirSync(resolve(ROOT, 'examples'), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => `examples/${name}`);
const PAGES = ['.', 'docs', 'docs/differences', 'docs/papers', ...EXAMPLES].flatMap(inFolder);

describe('the pages', () => {
  it.each(PAGES)('%s: every link leads somewhere', (page) => {
    expect(deadLinks(resolve(ROOT, page), ROOT)).toEqual([]);
  });

  it('are in each folder of examples', () => {
    expect(EXAMPLES.length).toBeGreaterThan(15);
    for (const folder of EXAMPLES) expect(PAGES).toContain(`${folder}/README.md`);
  });

  it('are all listed in docs/README.md, docs/differences.md or docs/papers/README.md', () => {
    const listed = (index: string): string[] =>
      linksOf(readFileSync(resolve(ROOT, index), 'utf8')).map((link) => link.split('#')[0]!);
    const guides = inFolder('docs').map((page) => page.replace('docs/', ''));
    expect(listed('docs/README.md')).toEqual(
      expect.arrayContaining(guides.filter((page) => page !== 'README.md')),
    );
    const differences = inFolder('docs/differences').map((page) => page.replace('docs/', ''));
    expect(listed('docs/differences.md')).toEqual(expect.arrayContaining(differences));
    const papers = inFolder('docs/papers').map((page) => page.replace('docs/papers/', ''));
    expect(listed('docs/papers/README.md')).toEqual(
      expect.arrayContaining(papers.filter((page) => page !== 'README.md')),
    );
  });
});

describe('README.md', () => {
  const lines = readFileSync(resolve(ROOT, 'README.md'), 'utf8').split('\n');

  it('has no line that is hard to read as text', () => {
    const isTable = (line: string): boolean => line.startsWith('|');
    const long = lines.filter((line) => line.length > (isTable(line) ? 160 : 120));
    expect(long.filter((line) => !line.includes('](') && !line.includes('<img'))).toEqual([]);
  });

  it('names a test that exists for each paper, and a function that it has', () => {
    const text = lines.join('\n');
    const section = /### By paper\n([\s\S]*?)\n## /.exec(text)![1]!;
    const rows = section.split('\n').filter((line) => line.startsWith('| ['));
    expect(rows.length).toBeGreaterThan(30);
    const files = readdirSync(resolve(ROOT, 'test'), { recursive: true }).map(String);
    const exported = readFileSync(resolve(ROOT, 'test/package/exports.txt'), 'utf8');
    for (const row of rows) {
      const [, paper, functions, test] = row.split('|').map((cell) => cell.trim());
      const name = /^`(\w+)`$/.exec(test!)?.[1];
      const found = files.some((file) => file.endsWith(`/${name}.test.ts`));
      expect(found, `${paper}: ${name}`).toBe(true);
      const known = [...functions!.matchAll(/`(\w+)`/g)].map(([, one]) => one!);
      const some = known.some((one) => new RegExp(`\\b${one}\\b`).test(exported));
      expect(some, `${paper}: ${known.join()}`).toBe(true);
    }
  });
});
