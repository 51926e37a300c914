import { describe, expect, it } from 'vitest';
import { importsOf, sources } from './sources.js';
import type { Source } from './sources.js';

/** Each circle of imports once, as the files on the way round. */
function circles(files: ReadonlyMap<string, Source>): string[] {
  const found = new Set<string>();
  const done = new Set<string>();
  const way: string[] = [];
  const visit = (path: string): void => {
    const start = way.indexOf(path);
    if (start >= 0) found.add(way.slice(start).sort().join(' ↔ '));
    if (start >= 0 || done.has(path) || !files.has(path)) return;
    way.push(path);
    importsOf(files.get(path)!).forEach(visit);
    way.pop();
    done.add(path);
  };
  for (const path of files.keys()) visit(path);
  return [...found];
}

const filesOf = (texts: Readonly<Record<string, string>>): Map<string, Source> =>
  new Map(Object.entries(texts).map(([path, text]) => [path, { path, text }]));

describe('imports', () => {
  it('run in no circle, types included', () => {
    expect(circles(sources('src', 'tools', 'bench', 'examples'))).toEqual([]);
  });

  it('would be found in a circle', () => {
    const files = filesOf({
      'src/a.ts': "import type { B } from './folder/b.js';",
      'src/folder/b.ts': "export { c } from '../c.js';\nexport type B = 1;",
      'src/c.ts': "import {\n  a,\n} from './a.js';\nimport 'packages';",
      'src/d.ts': "import './a.js';",
    });
    expect(circles(files)).toEqual(['src/a.ts ↔ src/c.ts ↔ src/folder/b.ts']);
  });
});
