import katex from 'katex';
import { layOut } from './layout.js';
import type { Row } from './layout.js';
import { NoFormula, isProse } from './parse.js';
import type { Node } from './parse.js';
import { toTeX } from './tex.js';

const math = (nodes: readonly Node[]): string =>
  katex.renderToString(`\\displaystyle ${toTeX(nodes)}`, { strict: 'error', throwOnError: true });
const escape = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** Sets a sentence that has symbols in it. */
function sentence(nodes: readonly Node[]): string {
  let html = '';
  const run: Node[] = [];
  const flush = (): void => {
    if (run.length > 0) html += math(run.splice(0));
  };
  const isComma = (node: Node): boolean => node.kind === 'operator' && ',;.'.includes(node.text);
  nodes.forEach((node, k) => {
    const before = nodes[k - 1];
    const isArticle = node.kind === 'symbol' && node.text === 'a' && isWord(nodes, k + 1);
    if (isWord(nodes, k) || isArticle || (isComma(node) && before !== undefined)) {
      flush();
      const text = 'text' in node ? escape(node.text.normalize('NFC')) : '';
      html += k > 0 && !node.tight ? ` ${text}` : text;
    } else {
      if (k > 0 && !node.tight && run.length === 0) html += ' ';
      run.push(run.length === 0 ? { ...node, tight: true } : node);
    }
  });
  flush();
  return html;
}

const isWord = (nodes: readonly Node[], k: number): boolean =>
  k < nodes.length && isProse(nodes, k);

function row(cells: Row | undefined): string {
  if (cells === undefined) return '<span class="formula-gap"></span>';
  const cell = (kind: keyof Row, set: (nodes: readonly Node[]) => string): string =>
    cells[kind].length === 0 ? '' : `<span class="formula-${kind}">${set(cells[kind])}</span>`;
  return (
    cell('label', sentence) + cell('left', math) + cell('right', math) + cell('note', sentence)
  );
}

/** Renders a formula in the notation of the doc comments, or nothing if the text is none. */
export function renderFormula(text: string): string | undefined {
  try {
    const rows = layOut(text).map(row).join('');
    return `<div class="formula" role="group" aria-label="Formula" tabindex="0" v-pre>${rows}</div>\n`;
  } catch (error) {
    if (error instanceof NoFormula) return undefined;
    throw error;
  }
}
