import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, extname, resolve } from 'node:path';
import { GENERATED, ROOT, addressOf, addressOfSource, fileOfAddress } from './addresses.js';
import { linkPage } from './links.js';

/** Reads a file of the repository. */
const read = (file: string): string => readFileSync(resolve(ROOT, file), 'utf8');

/** Writes a page of the site, if it changes. */
function writePage(address: string, text: string): void {
  const path = resolve(GENERATED, fileOfAddress(address));
  mkdirSync(dirname(path), { recursive: true });
  try {
    if (readFileSync(path, 'utf8') === text) return;
  } catch {
    // it is new
  }
  writeFileSync(path, text);
}

/** The Markdown files of the repository that are pages of the site. */
function pageFiles(): string[] {
  const inFolder = (folder: string): string[] =>
    readdirSync(resolve(ROOT, folder), { encoding: 'utf8', recursive: folder === 'docs' }).map(
      (name) => (folder === '.' ? name : `${folder}/${name}`),
    );
  return [...inFolder('.'), ...inFolder('docs')].filter(
    (file) => file.endsWith('.md') && addressOf(file) !== undefined,
  );
}

/** Makes the pages that stand in Markdown files, the source files that they link to, and the parts of the landing page. */
export function makePages(): void {
  const sources = new Set<string>();
  for (const file of pageFiles()) {
    const page = linkPage(file, read(file));
    page.sources.forEach((source) => sources.add(source));
    writePage(addressOf(file)!, page.text);
  }
  for (const source of sources) {
    const language = extname(source).slice(1);
    const text = `# ${source}\n\n\`\`\`${language}\n${read(source)}\`\`\`\n`;
    writePage(addressOfSource(source), text);
  }
}
