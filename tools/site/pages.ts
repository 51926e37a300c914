import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, extname, resolve } from 'node:path';
import { GENERATED, ROOT, addressOf, addressOfSource, fileOfAddress } from './addresses.js';
import { linkPage } from './links.js';

/** Reads a file of the repository. */
export const read = (file: string): string => readFileSync(resolve(ROOT, file), 'utf8');

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

/** The text between a heading of the README and the next one of its level. */
function sectionOf(heading: string): string {
  const [, rest] = linkPage('README.md', read('README.md')).text.split(`\n## ${heading}\n`);
  if (rest === undefined) throw new Error(`the README has no section “${heading}”`);
  return rest.split('\n## ')[0]!.trim();
}

/** Makes what the landing page takes from the README. */
function makeParts(): void {
  const readme = read('README.md');
  const snippet = /<!-- snippet: first -->\n\n(```ts\n[\s\S]*?\n```)/.exec(readme)![1]!;
  const install = /```sh\n(npm install gan-kit.*)\n```/.exec(readme)![1]!;
  writePage('/parts/install', `\`\`\`sh\n${install}\n\`\`\`\n`);
  writePage('/parts/snippet', `${snippet}\n`);
  writePage('/parts/why', `${sectionOf('Why not TensorFlow.js alone?')}\n`);
}

/** Makes the pages that stand in Markdown files, the source files that they link to, and the parts of the landing page. */
export function makePages(): void {
  makeParts();
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
