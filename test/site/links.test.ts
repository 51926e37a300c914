import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { BUILT, fileOf } from './built_site.js';
import { builtPages } from './built_pages.js';
import type { BuiltPage } from './built_pages.js';

const PAGES = builtPages();
const IS_OUTSIDE = /^(?:[a-z]+:)?\/\/|^mailto:/;

/** Why a link of a page leads nowhere, if it does. */
function faultOf(page: BuiltPage, link: string): string | undefined {
  if (IS_OUTSIDE.test(link) || link === '') return undefined;
  const { pathname, hash } = new URL(link, `http://site${page.address}`);
  const file = fileOf(pathname).slice(1);
  const target = PAGES.get(file);
  const anchor = decodeURIComponent(hash.slice(1));
  if (target === undefined && !existsSync(join(BUILT, file))) return `${page.file}: ${link}`;
  if (anchor === '' || target === undefined || target.ids.has(anchor)) return undefined;
  return `${page.file}: no anchor ${link}`;
}

describe('the built site', () => {
  it('has the guides, the papers, and a page for each function', () => {
    const exported = readFileSync(resolve(import.meta.dirname, '../package/exports.txt'), 'utf8');
    expect(exported).toContain('hinge');
    for (const file of [
      'index.html',
      'guide/quick-start.html',
      'papers/wgan-gp.html',
      'differences/losses.html',
      'changelog.html',
      'playground/index.html',
      'api/losses/functions/hinge.html',
      'api/training/functions/createGAN.html',
      'api/gan-kit/functions/loadBackend.html',
      'api/node/functions/evaluateFolders.html',
    ])
      expect([...PAGES.keys()]).toContain(file);
  });

  it('has no link within it that leads nowhere, and no anchor that is missing', () => {
    const links = [...PAGES.values()].flatMap((page) =>
      page.links.map((link) => [page, link] as const),
    );
    expect(links.length).toBeGreaterThan(10_000);
    const faults = new Set(links.map(([page, link]) => faultOf(page, link)));
    faults.delete(undefined);
    expect([...faults]).toEqual([]);
  });

  it('loads nothing from another host, and all that it loads is there', () => {
    const loads = [...PAGES.values()].flatMap((page) =>
      page.loads.map((load) => [page, load] as const),
    );
    expect(loads.length).toBeGreaterThan(PAGES.size);
    const isLocal = (load: string): boolean => load.startsWith('data:') || !IS_OUTSIDE.test(load);
    expect(
      loads.filter(([, load]) => !isLocal(load)).map(([{ file }, load]) => [file, load]),
    ).toEqual([]);
    const missing = loads.filter(
      ([page, load]) => !load.startsWith('data:') && faultOf(page, load),
    );
    expect(missing.map(([{ file }, load]) => [file, load])).toEqual([]);
  });

  it('has styles that load nothing from another host', () => {
    const styles = readdirSync(BUILT, { recursive: true, encoding: 'utf8' }).filter((file) =>
      file.endsWith('.css'),
    );
    expect(styles.length).toBeGreaterThan(0);
    for (const style of styles) {
      const text = readFileSync(join(BUILT, style), 'utf8');
      expect(text).not.toMatch(/@import|url\(\s*["']?(?:https?:)?\/\//);
    }
  });
});

describe('formulas', () => {
  const html = (file: string): string => readFileSync(join(BUILT, file), 'utf8');

  it('are set on API pages and pages of papers', () => {
    for (const file of ['api/losses/functions/hinge.html', 'papers/wgan-gp.html'])
      expect(html(file)).toMatch(/class="formula"[\s\S]*class="katex"[\s\S]*<math /);
  });

  it('are set on every page whose doc comment has one', () => {
    const unset = [...PAGES.keys()].filter(
      (file) => /^(api|papers)\//.test(file) && /class="language-(txt)?[ "]/.test(html(file)),
    );
    expect(unset).toEqual([]);
  });
});
