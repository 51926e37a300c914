/**
 * `npm run gradcheck`: compares first and second derivatives of every op and block with differences, on each
 * backend of this machine, first as in tfjs and then after enableSecondOrderGradients().
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { SingleBar } from 'cli-progress';
import { findGPU } from '../../test/setup/gpu.js';
import { findNative } from '../../test/setup/native.js';
import { ROWS } from './rows.js';
import type { Row } from './rows.js';
import { runInChromium, runInNode } from './runners.js';
import { markdown, problems } from './table.js';

const HELP = `Compares derivatives with differences on every backend that is here.

  npm run gradcheck -- [options]

  --backend NAME   cpu, wasm, tensorflow, webgpu (Dawn, in Node), webgl or webgpu-chromium; may be
                   repeated
  --write FILE     puts the table between the marks of a Markdown file
`;
const MARK = '<!-- gradcheck -->';
const END = '<!-- end of gradcheck -->';

const { values } = parseArgs({
  options: {
    backend: { type: 'string', multiple: true },
    write: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  console.log(HELP);
  process.exit(0);
}

const { chromium, dawn } = findGPU();
type Runner = (tell: (row: Row) => void) => Promise<void>;
const present: Record<string, Runner> = {
  cpu: (tell) => runInNode('cpu', {}, tell),
  wasm: (tell) => runInNode('wasm', {}, tell),
};
const native = findNative();
if (native !== undefined) present['tensorflow'] = (tell) => runInNode('tensorflow', native, tell);
if (dawn !== undefined) present['webgpu'] = (tell) => runInNode('webgpu', dawn, tell);
if (chromium !== undefined) {
  present['webgl'] = (tell) => runInChromium('webgl', chromium, tell);
  present['webgpu-chromium'] = (tell) => runInChromium('webgpu', chromium, tell);
}
const wanted = values.backend ?? Object.keys(present);
const absent = wanted.filter((name) => present[name] === undefined);
if (absent.length > 0) {
  console.error(
    `--backend: ${absent.join(', ')} is not here. Here are ${Object.keys(present).join(', ')}.`,
  );
  process.exit(2);
}

const results = new Map<string, Row[]>();
const bar = new SingleBar({
  format: '{bar} {value}/{total} | {backend}: {name} | {eta_formatted} left',
  barsize: 24,
  hideCursor: true,
  noTTYOutput: true,
  notTTYSchedule: 20_000,
});
bar.start(ROWS * wanted.length, 0, { backend: '–', name: '–' });
for (const backend of wanted) {
  const rows: Row[] = [];
  results.set(backend, rows);
  await present[backend]!((row) => {
    rows.push(row);
    bar.increment({ backend, name: row.name });
  });
}
bar.stop();

const table = markdown(results);
console.log(table);
if (values.write !== undefined) {
  const text = readFileSync(values.write, 'utf8');
  const [before, rest] = text.split(MARK);
  const after = rest?.split(END)[1];
  if (after === undefined) {
    console.error(`--write: ${values.write} must hold ${MARK} and ${END}`);
    process.exit(2);
  }
  writeFileSync(values.write, `${before}${MARK}\n\n${table}\n\n${END}${after}`);
}
const wrong = problems(results);
console.log(wrong.length === 0 ? 'no wrong row' : wrong.join('\n'));
process.exit(wrong.length === 0 ? 0 : 1);
