import type { ReportCurve, ReportSeries } from './run_report.js';

/** The data of a chart, in the form that the page's script reads. */
export interface PlotData {
  readonly xLabel: string;
  readonly yLabel: string;
  readonly logarithmic: boolean;
  readonly names: readonly string[];
  /** The points, as tables [x, y, y, …]; successive series with the same x share a table. */
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

/** Sorts the points of a series by x; keeps the later of two points at one x, since a resumed run repeats steps. */
function inOrder(
  { x, y }: ReportSeries,
  logarithmic: boolean,
): { x: number[]; y: (number | null)[] } {
  const points = new Map(x.map((at, i) => [at, clean(y[i]!, logarithmic)]));
  const sorted = [...points].sort(([a], [b]) => a - b);
  return { x: sorted.map(([at]) => at), y: sorted.map(([, value]) => value) };
}

/**
 * Rounds a value to six digits: more than a screen shows, and a third of the size in the file. Returns null
 * if the value cannot be drawn.
 */
function clean(value: number | null, logarithmic: boolean): number | null {
  if (value === null || !Number.isFinite(value) || (logarithmic && value <= 0)) return null;
  return Number(value.toPrecision(6));
}

const sameValues = (a: readonly (number | null)[], b: readonly (number | null)[]) =>
  a.length === b.length && a.every((value, i) => value === b[i]);
