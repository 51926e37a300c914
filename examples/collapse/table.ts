import type { RasterImage } from 'gan-kit/io';
import type { ReportTable } from 'gan-kit/node';
import { scatter } from '../gaussians/scatter.js';
import { spread } from '../spread.js';
import { RING } from './coverage.js';
import { METHODS } from './methods.js';
import type { MethodName } from './methods.js';
import type { Result } from './run.js';

const MODES = RING.means.length;
/** Panels in a row of the picture. */
const ACROSS = 5;

/** Groups runs by method, in the order in which the methods come. */
export function byMethod(results: readonly Result[]): Map<MethodName, Result[]> {
  const runs = new Map<MethodName, Result[]>();
  for (const result of results)
    runs.set(result.method, [...(runs.get(result.method) ?? []), result]);
  return runs;
}

/** Makes the table of all methods, mean ± standard deviation over the seeds. */
export const collapseTable = (results: readonly Result[], steps: number): ReportTable => ({
  title: `After ${steps} generator steps`,
  columns: [
    ...['method', 'seeds', 'modes near', 'of each seed', 'largest share'],
    ...['modes within 3σ', 'within 3σ', 'reverse KL', 'duality gap', 'CPU seconds'],
  ],
  rows: [...byMethod(results)].map(([method, runs]) => {
    const stat = (value: (run: Result) => number, digits: number) =>
      spread(runs.map(value), digits);
    // without a sample of high quality it is infinite, which JSON keeps as null
    const finite = runs.filter(({ reverseKL }) => Number.isFinite(reverseKL));
    const divergence =
      finite.length === 0
        ? '–'
        : spread(
            finite.map((one) => one.reverseKL),
            2,
          );
    const gaps = runs.flatMap(({ gap }) => (gap === undefined ? [] : [gap]));
    return [
      METHODS[method].title,
      String(runs.length),
      `${stat(({ covered }) => covered, 1)} of ${MODES}`,
      runs.map(({ covered }) => covered).join(' '),
      stat(({ largestShare }) => largestShare, 2),
      stat(({ modes }) => modes, 1),
      `${stat(({ highQuality }) => 100 * highQuality, 1)} %`,
      divergence,
      gaps.length === 0 ? '–' : spread(gaps, 2),
      stat(({ seconds }) => seconds, 0),
    ];
  }),
});

/** Says, for each run of a mixture, how many modes it covered after each of its generators. */
export const courses = (results: readonly Result[]): string[] =>
  results.flatMap(({ method, seed, course }) =>
    course === undefined
      ? []
      : [`${METHODS[method].title}, seed ${seed}, modes after each: ${course.join(' ')}`],
  );

/** The most modes that the plain GAN may leave. */
const COLLAPSED = 3;
/** The share of the seeds for which each claim has to hold. */
const MOST = 0.8;

/** The methods of the claim on unrolling: the players move in turn, or both at once as in the authors' code. */
const ORDERS = {
  'in turn': { plain: 'plain', ahead: ['unrolled-5', 'unrolled-10'] },
  'both at once': { plain: 'at-once', ahead: ['unrolled-5-at-once'] },
} as const;

/** The methods that are run with all seeds of the verdict. */
export const JUDGED: readonly MethodName[] = [
  ...['plain', 'unrolled-5', 'at-once', 'unrolled-5-at-once'],
] as MethodName[];

/**
 * Says, for each order of moves, whether the claim on unrolling holds: without it at most 3 modes are left, and with 5 steps
 * or more all are found, each for at least four of five seeds.
 */
export function verdict(results: readonly Result[]): string {
  const runs = byMethod(results);
  const verdicts = Object.entries(ORDERS).flatMap(([order, { plain, ahead }]) => {
    const claims = [
      ...claim(runs, plain, `k = 0 leaves at most ${COLLAPSED} modes`, (n) => n <= COLLAPSED),
      ...ahead.flatMap((method) => {
        const k = /\d+/.exec(method)![0];
        return claim(runs, method, `k = ${k} finds ${MODES} of ${MODES}`, (n) => n === MODES);
      }),
    ];
    if (claims.length === 0) return [];
    const holds = claims.every(({ share }) => share >= MOST);
    const said = claims.map((one) => one.said).join('; ');
    return [`verdict, ${order}: ${said}: ${holds ? 'holds' : 'does not hold'}`];
  });
  return verdicts.length === 0
    ? 'verdict: none without plain and unrolled runs'
    : verdicts.join('\n');
}

/** Counts the seeds of a method, if it was run, that fulfil a claim on the number of modes. */
function claim(
  runs: ReadonlyMap<MethodName, readonly Result[]>,
  method: MethodName,
  what: string,
  fulfils: (covered: number) => boolean,
) {
  const all = runs.get(method);
  if (all === undefined) return [];
  const good = all.filter(({ covered }) => fulfils(covered)).length;
  return [{ share: good / all.length, said: `${what} for ${good} of ${all.length} seeds` }];
}

/** Draws the samples of the first run of each method, numbered by the rows of the table. */
export function picture(results: readonly Result[]): RasterImage {
  const panels = [...byMethod(results).values()].map(([first], i) => ({
    samples: Float32Array.from(first!.samples),
    step: i + 1,
  }));
  const rows = Array.from({ length: Math.ceil(panels.length / ACROSS) }, (_, j) =>
    panels.slice(j * ACROSS, (j + 1) * ACROSS),
  );
  return scatter(rows, RING);
}
