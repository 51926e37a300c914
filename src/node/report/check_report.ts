import { checkBoolean, checkNumber, checkOptions, fail } from '../../internal/check.js';
import { pngSize } from '../images/png_size.js';
import type { RunReport } from './run_report.js';

const KEYS = [
  'title',
  'subtitle',
  'summary',
  'curves',
  'timeline',
  'tables',
  'configuration',
  'notes',
];

/** Checks the form of a report, so that a mistake gives an error that names it, not an empty page. */
export function checkReport(where: string, report: RunReport): void {
  const fault = (parameter: string, rule: string, value: unknown) =>
    fail('type', where, `report${parameter}`, rule, value);
  const text = (parameter: string, value: unknown, optional = false) => {
    if (typeof value !== 'string' && !(optional && value === undefined))
      fault(parameter, 'a string', value);
  };
  const cell = (parameter: string, value: unknown) => {
    if (typeof value !== 'string' && typeof value !== 'number')
      fault(parameter, 'a string or a number', value);
  };
  const each = (parameter: string, list: unknown, check: (at: string, item: never) => void) => {
    if (!Array.isArray(list)) fault(parameter, 'an array', list);
    else list.forEach((item, i) => check(`${parameter}[${i}]`, item as never));
  };
  const entries = (
    parameter: string,
    list: unknown,
    keys: string[],
    check: (at: string, item: Fields) => void,
  ) =>
    each(parameter, list === undefined ? [] : list, (at, item: unknown) => {
      checkOptions(where, item, keys, `report${at}`);
      check(at, item as Fields);
    });

  checkOptions(where, report, KEYS, 'report');
  text('.title', report.title);
  text('.subtitle', report.subtitle, true);
  entries('.summary', report.summary, ['label', 'value', 'note'], (at, item) => {
    text(`${at}.label`, item['label']);
    cell(`${at}.value`, item['value']);
    text(`${at}.note`, item['note'], true);
  });
  const ofCurve = ['title', 'xLabel', 'yLabel', 'logarithmic', 'series'];
  entries('.curves', report.curves, ofCurve, (at, curve) => {
    for (const key of ['title', 'xLabel', 'yLabel']) text(`${at}.${key}`, curve[key]);
    if (curve['logarithmic'] !== undefined)
      checkBoolean(where, `report${at}.logarithmic`, curve['logarithmic']);
    entries(`${at}.series`, curve['series'], ['name', 'x', 'y'], (series, { name, x, y }) => {
      text(`${series}.name`, name);
      each(`${series}.x`, x, (point, value) => checkNumber(where, `report${point}`, value));
      each(`${series}.y`, y, (point, value) => {
        if (typeof value !== 'number' && value !== null) fault(point, 'a number or null', value);
      });
      const [points, values] = [(x as number[]).length, (y as number[]).length];
      if (points !== values) fault(`${series}.y`, `of the ${points} points of x`, values);
    });
  });
  entries('.timeline', report.timeline, ['caption', 'png'], (at, { caption, png }) => {
    text(`${at}.caption`, caption);
    if (pngSize(png) === undefined) fault(`${at}.png`, 'a PNG file as a Uint8Array', png);
  });
  entries(
    '.tables',
    report.tables,
    ['title', 'columns', 'rows'],
    (at, { title, columns, rows }) => {
      text(`${at}.title`, title);
      each(`${at}.columns`, columns, text);
      each(`${at}.rows`, rows, (row, cells) => {
        each(row, cells, cell);
        const [width, wanted] = [(cells as unknown[]).length, (columns as string[]).length];
        if (width !== wanted) fault(row, `of ${wanted} cells`, width);
      });
    },
  );
  const { configuration = {} } = report;
  if (typeof configuration !== 'object' || configuration === null || Array.isArray(configuration))
    fault('.configuration', 'an object', configuration);
  for (const [key, value] of Object.entries(configuration)) text(`.configuration['${key}']`, value);
  each('.notes', report.notes ?? [], text);
}

type Fields = Readonly<Record<string, unknown>>;
