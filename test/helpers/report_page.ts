import { readFileSync } from 'node:fs';

type Points = readonly (readonly [x: number, y: number | null])[];

/** The content of the page of a report. */
export interface ReportPage {
  readonly subtitle: string;
  /** The values by label. */
  readonly summary: Readonly<Record<string, string>>;
  /** The points by the title of the chart, then by the name of the series. */
  readonly curves: Readonly<Record<string, Readonly<Record<string, Points>>>>;
  /** The pictures, in the order of the page. */
  readonly pictures: readonly { readonly caption: string; readonly png: Buffer }[];
  /** The cells of each row by the title of the table; the first row has the names of the columns. */
  readonly tables: Readonly<Record<string, readonly (readonly string[])[]>>;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#39;': "'",
};

const unescape = (text: string): string =>
  text
    .replace(/<[^>]*>/g, '')
    .replace(/&(amp|lt|gt|quot|#39);/g, (entity) => ENTITIES[entity]!)
    .trim();

const all = (text: string, pattern: RegExp): string[][] =>
  [...text.matchAll(pattern)].map(([, ...groups]) => groups);

/** Reads the page that `writeReport` wrote. */
export function readReport(path: string): ReportPage {
  const page = readFileSync(path, 'utf8');
  const titles = all(page, /<figcaption>([^<]*)/g).map(([title]) => unescape(title!));
  const plots = JSON.parse(/id="curves">([^]*?)<\/script>/.exec(page)?.[1] ?? '[]') as {
    names: string[];
    tables: (number | null)[][][];
  }[];
  const series = ({ names, tables }: (typeof plots)[number]) => {
    const lines = tables.flatMap(([x, ...ys]): Points[] =>
      ys.map((y) => x!.map((at, i) => [at!, y[i]!] as const)),
    );
    return Object.fromEntries(names.map((name, i) => [name, lines[i]!] as const));
  };
  const [frames, last] = [
    all(page, /title="([^"]*)">\s*<img src="data:image\/png;base64,([^"]*)"/g),
    all(page, /<img\s+class="screen[^]*?base64,([^"]*)"\s+alt="([^"]*)"/g),
  ];
  const shown = frames.length > 0 ? frames : last.map(([png, caption]) => [caption!, png!]);
  const tables = all(page, /<h2>([^<]*)<\/h2>\s*<div class="card table">([^]*?)<\/table>/g);
  return {
    subtitle: unescape(/<\/h1>\s*<p>([^]*?)<\/p>/.exec(page)?.[1] ?? ''),
    summary: Object.fromEntries(
      all(page, /<div class="card">\s*<dt>([^]*?)<\/dt>\s*<dd>([^]*?)<\/dd>/g).map(
        ([label, value]) => [unescape(label!), unescape(value!)] as const,
      ),
    ),
    curves: Object.fromEntries(plots.map((plot, i) => [titles[i]!, series(plot)])),
    pictures: shown.map(([caption, png]) => ({
      caption: unescape(caption!),
      png: Buffer.from(png!, 'base64'),
    })),
    tables: Object.fromEntries(
      tables.map(([title, text]) => [
        unescape(title!),
        all(text!, /<tr>([^]*?)<\/tr>/g).map(([row]) =>
          all(row!, /<t[hd][^>]*>([^]*?)<\/t[hd]>/g).map(([cell]) => unescape(cell!)),
        ),
      ]),
    ),
  };
}

/** Returns points as a report contains them, with six digits. */
export const points = (x: readonly number[], y: readonly number[]): Points =>
  x.map((at, i) => [at, Number(y[i]!.toPrecision(6))]);
