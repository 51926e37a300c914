import { resolve } from 'node:path';

/** The folder of the repository. */
export const ROOT = resolve(import.meta.dirname, '../..');

/** Where the pages are written that are made from other files; git ignores it. */
export const GENERATED = resolve(ROOT, 'site/generated');

/** Pages whose address is not that of their folder. */
const OWN_ADDRESSES: Readonly<Record<string, string>> = {
  'README.md': '/guide/overview',
  'CHANGELOG.md': '/changelog',
  'CONTRIBUTING.md': '/contributing',
  'SECURITY.md': '/security',
  'THIRD_PARTY_LICENSES.md': '/licenses',
  'docs/differences.md': '/differences/',
};

/** The address on the site of a page of the repository, or none if the site leaves it out. */
export function addressOf(file: string): string | undefined {
  const own = OWN_ADDRESSES[file];
  if (own !== undefined) return own;
  const [, folder = 'guide', name] = /^docs\/(?:(\w+)\/)?([\w-]+)\.md$/.exec(file) ?? [];
  if (name === undefined) return undefined;
  return `/${folder}/${name === 'README' ? '' : name}`;
}

/** The address of a source file, which the site shows as a page. */
export const addressOfSource = (file: string): string =>
  `/source/${file.replace(/\.(\w+)$/, '-$1')}`;

/** The file below {@link GENERATED} that makes the page of an address. */
export const fileOfAddress = (address: string): string =>
  `${address.replace(/^\//, '').replace(/\/$/, '/index')}.md`;

/** The anchor of a heading, as code hosts and npm make it. */
export const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replace(/\s/g, '-');
