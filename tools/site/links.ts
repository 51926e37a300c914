import { dirname, relative, resolve } from 'node:path';
import { GENERATED, ROOT, addressOf, addressOfSource, fileOfAddress } from './addresses.js';

/** A page whose links lead to pages of the site, and the source files that it links to. */
export interface LinkedPage {
  readonly text: string;
  readonly sources: readonly string[];
}

const CODE = /(^```[\s\S]*?^```|`[^`\n]*`)/m;
const IS_OUTSIDE = /^([a-z]+:|#)/;

/** Rewrites the links of a page of the repository to the addresses of the site. */
export function linkPage(file: string, text: string): LinkedPage {
  const sources = new Set<string>();
  const home = dirname(resolve(GENERATED, fileOfAddress(addressOf(file)!)));
  const rewrite = (link: string): string => {
    if (IS_OUTSIDE.test(link)) return link;
    const [path = '', anchor] = link.split('#');
    const target = relative(ROOT, resolve(ROOT, dirname(file), path));
    if (/\.(png|svg|jpg)$/.test(target)) return relative(home, resolve(ROOT, target));
    const address = addressOf(target) ?? addressOfSource(target);
    if (addressOf(target) === undefined) sources.add(target);
    return anchor === undefined ? address : `${address}#${anchor}`;
  };
  const forms = [
    /(?<before>\]\()(?<link>[^)\s]+)(?=\))/g, // [text](link), ![text](link)
    /(?<before>^\[[^\]]+\]: )(?<link>\S+)/gm, // [name]: link
    /(?<before>(?:href|src)=")(?<link>[^"]+)(?=")/g, // HTML
  ];
  const pieces = text.split(CODE).map((piece, k) => {
    if (k % 2 === 1) return piece;
    return forms.reduce(
      (linked, form) =>
        linked.replace(form, (...found) => {
          const { before, link } = found.at(-1) as { before: string; link: string };
          return before + rewrite(link);
        }),
      piece,
    );
  });
  return { text: pieces.join(''), sources: [...sources] };
}
