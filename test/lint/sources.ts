import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');

/** A source file of this repository. */
export interface Source {
  /** From the root of the repository, with slashes: `src/index.ts`. */
  readonly path: string;
  readonly text: string;
}

/** The TypeScript files of some folders, by path. */
export function sources(...folders: readonly string[]): Map<string, Source> {
  const found = new Map<string, Source>();
  for (const folder of folders)
    for (const entry of readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })) {
      if (!entry.isFile() || !entry.name.endsWith('.ts')) continue;
      const file = join(entry.parentPath, entry.name);
      const path = relative(ROOT, file).replaceAll('\\', '/');
      if (!path.includes('node_modules/'))
        found.set(path, { path, text: readFileSync(file, 'utf8') });
    }
  return found;
}

/** The files that a file imports or exports from, types included; packages are left out. */
export function importsOf({ path, text }: Source): string[] {
  const specifiers = text.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*'(\.[^']*)'/g);
  return [...specifiers].map(([, specifier]) =>
    join(dirname(path), specifier!).replaceAll('\\', '/').replace(/\.js$/, '.ts'),
  );
}
