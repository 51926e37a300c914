import { pngSize } from '../images/png_size.js';
import { html, Markup, NOTHING } from './markup.js';
import type {
  ReportCurve,
  ReportFrame,
  ReportSummary,
  ReportTable,
  RunReport,
} from './run_report.js';

export const heading = ({ title, subtitle }: RunReport): Markup =>
  html`<header>
    <h1>${title}</h1>
    ${subtitle === undefined ? NOTHING : html`<p>${subtitle}</p>`}
  </header>`;

export function summary(cards: readonly ReportSummary[]): Markup {
  if (cards.length === 0) return NOTHING;
  const items = cards.map(
    ({ label, value, note }) =>
      html`<div class="card">
        <dt>${label}</dt>
        <dd>${shown(value)}</dd>
        ${note === undefined ? NOTHING : html`<dd class="note">${note}</dd>`}
      </div>`,
  );
  return html`<dl class="summary">${items}</dl>`;
}

/** The width up to which pictures are enlarged, by an integer factor, so that their pixels stay square. */
const SCREEN_WIDTH = 480;

const PLAY = new Markup(
  '<svg viewBox="0 0 16 16" aria-hidden="true"><path class="play" d="M4 2.5v11l9-5.5z"/><path class="pause" d="M4 2.5h3v11H4zm5 0h3v11H9z"/></svg>',
);

export function timeline(frames: readonly ReportFrame[]): Markup {
  const last = frames.at(-1);
  if (last === undefined) return NOTHING;
  const { width, height } = pngSize(last.png)!;
  const factor = Math.max(1, Math.floor(SCREEN_WIDTH / width));
  const screen = html`<img
    class="${factor > 1 ? 'screen pixelated' : 'screen'}"
    src="${dataURI(last.png)}"
    alt="${last.caption}"
    width="${width * factor}"
    height="${height * factor}"
  />`;
  const thumbnails = frames.map(
    ({ caption, png }, i) =>
      html`<button type="button" class="frame" data-index="${i}" title="${caption}">
        <img src="${dataURI(png)}" alt="${caption}" />
      </button>`,
  );
  const controls = html`<p class="position">${frames.length} of ${frames.length}</p>
    <div class="controls">
      <button type="button" class="toggle" aria-label="Play">${PLAY}</button
      ><input
        type="range"
        min="0"
        max="${frames.length - 1}"
        value="${frames.length - 1}"
        step="1"
        aria-label="Picture"
      />
    </div>
    <div class="strip">${thumbnails}</div>`;
  return html`<section>
    <h2>Samples</h2>
    <div class="player card">
      ${screen}
      <div class="side">
        <p class="caption">${last.caption}</p>
        ${frames.length > 1 ? controls : NOTHING}
      </div>
    </div>
  </section>`;
}

export function charts(curves: readonly ReportCurve[]): Markup {
  if (curves.length === 0) return NOTHING;
  const figures = curves.map(
    ({ title, logarithmic = false }) =>
      html`<figure class="card chart">
        <figcaption>${title}${logarithmic ? html` <span>log scale</span>` : NOTHING}</figcaption>
        <div class="plot"></div>
      </figure>`,
  );
  return html`<section>
    <div class="bar">
      <h2>Curves</h2>
      <label class="smoothing"
        >Smoothing <input type="range" min="0" max="0.99" step="0.01" value="0.8" /><output
          >0.80</output
        ></label
      >
    </div>
    <div class="charts">${figures}</div>
    <p class="hint">
      Hover to read values, drag to zoom, double-click to reset, click a name to hide its curve.
      Faint lines and legends are the values as measured.
    </p>
  </section>`;
}

export function table({ title, columns, rows }: ReportTable): Markup {
  const sides = columns.map((_, i) =>
    rows.length > 0 && rows.every((row) => isNumeric(row[i]!)) ? 'number' : 'text',
  );
  const head = columns.map((name, i) => html`<th scope="col" class="${sides[i]!}">${name}</th>`);
  const body = rows.map((row) => {
    const cells = row.map((cell, i) => html`<td class="${sides[i]!}">${shown(cell)}</td>`);
    return html`<tr>
      ${cells}
    </tr>`;
  });
  return html`<section>
    <h2>${title}</h2>
    <div class="card table">
      <table>
        <thead>
          <tr>
            ${head}
          </tr>
        </thead>
        <tbody>
          ${body}
        </tbody>
      </table>
    </div>
  </section>`;
}

export function configuration(options: Readonly<Record<string, string>>): Markup {
  const entries = Object.entries(options);
  if (entries.length === 0) return NOTHING;
  const items = entries.map(
    ([key, value]) =>
      html`<div>
        <dt>${key}</dt>
        <dd>${value}</dd>
      </div>`,
  );
  return html`<section>
    <h2>Configuration</h2>
    <dl class="card configuration">${items}</dl>
  </section>`;
}

export function notes(lines: readonly string[]): Markup {
  if (lines.length === 0) return NOTHING;
  return html`<section>
    <h2>Notes</h2>
    <ul class="notes">
      ${lines.map((line) => html`<li>${line}</li>`)}
    </ul>
  </section>`;
}

const dataURI = (png: Uint8Array) =>
  `data:image/png;base64,${Buffer.from(png.buffer, png.byteOffset, png.byteLength).toString('base64')}`;

/** Returns whether a cell is a number, alone or with a unit or spread: 12, −3.5 %, 9.02 ± 0.05, –. */
const isNumeric = (cell: string | number) =>
  typeof cell === 'number' || /^[-+−±]?\d|^[–—-]?$/.test(cell.trim());

/** Formats a value: integers in full, other numbers with four digits, very small or large ones with an exponent. */
function shown(value: string | number): string {
  if (typeof value === 'string') return value;
  if (Number.isInteger(value)) return value.toLocaleString('en-US');
  const size = Math.abs(value);
  if (size >= 1e-3 && size < 1e6)
    return value.toLocaleString('en-US', { maximumSignificantDigits: 4 });
  return Number.isFinite(value) ? value.toExponential(2) : String(value);
}
