import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { BUILT } from './built_site.js';

/** A built page: what it is called by, and what it refers to. */
export interface BuiltPage {
  readonly file: string;
  readonly address: string;
  readonly ids: ReadonlySet<string>;
  /** Where its links lead. */
  readonly links: readonly string[];
  /** What a browser loads with it: scripts, styles, fonts, pictures. */
  readonly loads: readonly string[];
}

const unescape = (text: string): string =>
  text.replaceAll('&amp;', '&').replaceAll('&quot;', '"').replaceAll('&#39;', "'");

function valuesOf(html: string, tags: string, attribute: string): string[] {
  const form = new RegExp(`<(?:${tags})\\b[^>]*?\\s${attribute}="([^"]*)"`, 'g');
  return [...html.matchAll(form)].map(([, value]) => unescape(value!));
}

function readPage(file: string): BuiltPage {
  const html = readFileSync(join(BUILT, file), 'utf8');
  return {
    file,
    address: `/${file.replace(/(^|\/)index\.html$/, '$1').replace(/\.html$/, '')}`,
    ids: new Set(valuesOf(html, '\\w+', 'id')),
    links: valuesOf(html, 'a', 'href'),
    loads: [
      ...valuesOf(html, 'script|img|source|video|audio|iframe|object|embed', '(?:src|data)'),
      ...valuesOf(html, 'link', 'href'),
      ...valuesOf(html, 'img|source', 'srcset'),
    ],
  };
}

/** All pages of the built site, by their files. */
export function builtPages(): Map<string, BuiltPage> {
  const files = readdirSync(BUILT, { recursive: true, encoding: 'utf8' });
  const pages = files.filter((file) => file.endsWith('.html')).map((file) => readPage(file));
  return new Map(pages.map((page) => [page.file, page]));
}

const IS_API = /^\/api\//;
const KINDS = /\/(functions|classes|interfaces|type-aliases|variables)\//;

/** Pages that were written by hand, the API's index pages, and a page of each kind of each entry point. */
export function samplePages(pages: Iterable<BuiltPage>): string[] {
  const kinds = new Set<string>();
  return [...pages]
    .map(({ address }) => address)
    .sort()
    .filter((address) => {
      if (address === '/404') return false;
      const kind = KINDS.exec(address)?.[1];
      if (!IS_API.test(address) || kind === undefined) return true;
      const isNew = kind === 'functions' ? address.split('/').slice(0, 4).join('/') : kind;
      if (kinds.has(isNew)) return false;
      kinds.add(isNew);
      return true;
    });
}
