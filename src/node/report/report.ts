import { plotScript, plotStyle } from '../assets.js';
import { checkPath, writeFileAtomic } from '../files/atomic_file.js';
import { checkReport } from './check_report.js';
import { plotData } from './curves.js';
import { html, inline, json } from './markup.js';
import type { RunReport } from './run_report.js';
import { REPORT_SCRIPT } from './script.js';
import * as sections from './sections.js';
import { REPORT_STYLE } from './style.js';

const POLICY =
  "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'";

/**
 * Renders a run as one HTML file that needs no network: summary, sample pictures as a time line,
 * charts, tables, configuration and notes.
 *
 * @param report the content; every text is escaped.
 * @returns the HTML; equal reports give equal text.
 * @throws GanKitError if the report has another form, x and y of a series differ in length, or a picture is
 *   not a PNG.
 *
 * **Differentiable:** no.
 *
 * @example
 * ```ts
 * import { renderReport } from 'gan-kit/node';
 *
 * const critic = { name: 'critic', x: [1, 2, 3], y: [1.4, 1.1, 1.2] };
 * const page = renderReport({
 *   title: 'SN-DCGAN on MNIST',
 *   summary: [{ label: 'Classifier score', value: '9.02 ± 0.05' }],
 *   curves: [{ title: 'Losses', xLabel: 'step', yLabel: 'loss', series: [critic] }],
 * });
 * console.log(page.includes('<title>SN-DCGAN on MNIST</title>')); // → true
 * ```
 */
export function renderReport(report: RunReport): string {
  checkReport('renderReport', report);
  const { curves = [], timeline = [] } = report;
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${POLICY}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <link rel="icon" href="data:," />
        <title>${report.title}</title>
        ${inline('style', plotStyle() + REPORT_STYLE)}
      </head>
      <body>
        <main>
          ${sections.heading(report)} ${sections.summary(report.summary ?? [])}
          ${sections.timeline(timeline)} ${sections.charts(curves)}
          ${(report.tables ?? []).map(sections.table)}
          ${sections.configuration(report.configuration ?? {})}
          ${sections.notes(report.notes ?? [])}
        </main>
        ${json('curves', curves.map(plotData))} ${inline('script', plotScript())}
        ${inline('script', REPORT_SCRIPT)}
      </body>
    </html> `.text;
}

/**
 * Renders a report and writes it atomically.
 *
 * @param path the file, for example `runs/1/report.html`; missing folders are made.
 * @param report the content.
 * @throws GanKitError if an argument is invalid; the file system's own errors as they are.
 *
 * **Differentiable:** no.
 *
 * @example
 * ```ts
 * import { writeReport } from 'gan-kit/node';
 *
 * await writeReport('runs/1/report.html', { title: 'SN-DCGAN on MNIST', notes: ['300 steps'] });
 * ```
 */
export async function writeReport(path: string, report: RunReport): Promise<void> {
  checkPath('writeReport', path);
  await writeFileAtomic(path, renderReport(report));
}
