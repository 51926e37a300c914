import type { ReportCurve, ReportSeries } from './run_report.js';

/** A chart as the page's program reads it. */
export interface PlotData {
  readonly xLabel: string;
  readonly yLabel: string;
  readonly logarithmic: boolean;
  readonly names: readonly string[];
  /** Series that share their x lie in one table: [x, y, y, …]. */
  readonly tables: readonly (readonly (number | null)[])[][];
}

/** Sorts and cleans the series of a chart. */
export function plotData(curve: ReportCurve): PlotData {
  const { xLabel, yLabel, logarithmic = false, series } = curve;
  const tables: (number | null)[][][] = [];
  for (const one of series) {
    const { x, y } = inOrder(one, logarithmic);
    const last = tables.at(-1);
    if (last !== undefined && sameValues(last[0]!, x)) last.push(y);
    else tables.push([x, y]);
  }
  return { xLabel, yLabel, logarithmic, names: series.map(({ name }) => name), tables };
}

/** Ascending in x; of two points at one x the later counts, as after a resumed run. */
function inOrder(
  { x, y }: ReportSeries,
  logarithmic: boolean,
): { x: number[]; y: (number | null)[] } {
  const points = new Map(x.map((at, i) => [at, clean(y[i]!, logarithmic)]));
  const sorted = [...points].sort(([a], [b]) => a - b);
  return { x: sorted.map(([at]) => at), y: sorted.map(([, value]) => value) };
}

/** Six digits are more than a screen shows, and a third of the file. */
function clean(value: number | null, logarithmic: boolean): number | null {
  if (value === null || !Number.isFinite(value) || (logarithmic && value <= 0)) return null;
  return Number(value.toPrecision(6));
}

const sameValues = (a: readonly (number | null)[], b: readonly (number | null)[]) =>
  a.length === b.length && a.every((value, i) => value === b[i]);
