import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

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

const LINK_FORMS = [
  /\]\(([^)\s]+)\)/g, // [text](target), ![text](target)
  /^\[[^\]]+\]: (\S+)/gm, // [name]: target
  /(?:href|src)="([^"]+)"/g, // HTML
];

/** The links of a page that stay within the repository. */
export function linksOf(text: string): string[] {
  const outsideCode = text.replace(/^```[\s\S]*?^```/gm, '').replace(/`[^`\n]*`/g, '');
  return LINK_FORMS.flatMap((form) => [...outsideCode.matchAll(form)])
    .map(([, target]) => target!)
    .filter((target) => !/^https?:/.test(target));
}

/** The links of a page that lead nowhere, or out of `home`. */
export function deadLinks(path: string, home: string): string[] {
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
