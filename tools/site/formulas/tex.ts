import { isProse } from './parse.js';
import type { Node } from './parse.js';
import { FUNCTIONS, LETTERS, OPERATORS, WORDS } from './symbols.js';

const DELIMITERS: Readonly<Record<string, readonly [string, string]>> = {
  '|': ['\\lvert', '\\rvert'],
  '‖': ['\\lVert', '\\rVert'],
  '⌊': ['\\lfloor', '\\rfloor'],
  '{': ['\\{', '\\}'],
};

/** Writes a formula in TeX. */
export function toTeX(nodes: readonly Node[]): string {
  return nodes
    .map((node, k) => {
      const tex = scripted(node, core(nodes, k));
      return k > 0 && !node.tight ? separator(nodes, k) + tex : tex;
    })
    .join(' ');
}

/** The room between two parts that have a space between them. */
function separator(nodes: readonly Node[], k: number): string {
  const [before, after] = [nodes[k - 1]!, nodes[k]!];
  const isWord = (at: number): boolean => isProse(nodes, at);
  if (isWord(k - 1) || isWord(k)) {
    const [other, at] = isWord(k) ? [before, k - 1] : [after, k];
    const isJoint = other.kind === 'operator' && !',;.:'.includes(other.text) && !isWord(at);
    return isJoint ? '' : '\\ ';
  }
  if (before.kind === 'operator' || after.kind === 'operator')
    return before.kind === 'operator' && ',;'.includes(before.text) ? '\\;' : '';
  const isFunction =
    before.kind === 'name' ||
    before.kind === 'sum' ||
    isExpectation(nodes, k - 1) ||
    isExpectation(nodes, k);
  return isFunction ? '' : '\\,';
}

function core(nodes: readonly Node[], k: number): string {
  const node = nodes[k]!;
  switch (node.kind) {
    case 'number':
      return node.text;
    case 'slash':
      return '/';
    case 'sum':
      return node.text === 'Σ' ? '\\sum' : '\\prod';
    case 'operator':
      return OPERATORS[node.text]!;
    case 'symbol': {
      const letter = LETTERS[node.text] ?? node.text;
      if (node.accent !== undefined) return `${node.accent}{${letter}}`;
      return isExpectation(nodes, k) ? '\\operatorname{\\mathbb{E}}' : letter;
    }
    case 'name':
      if (isProse(nodes, k)) return `\\text{${node.text.normalize('NFC')}}`;
      return FUNCTIONS[node.text] ?? `\\operatorname{${node.text}}`;
    case 'root':
      return `\\sqrt{${toTeX(node.under)}}`;
    case 'fraction':
      return `\\frac{${toTeX(node.above)}}{${toTeX(node.below)}}`;
    case 'group': {
      const [open, close] = DELIMITERS[node.open] ?? [node.open, node.close];
      const [left, right] = isTall(node.inside) ? ['\\left', '\\right'] : ['', ''];
      return `${left}${open} ${toTeX(node.inside)} ${right}${close}`;
    }
  }
}

/** Whether a part is E before what is averaged, not a function of that name. */
function isExpectation(nodes: readonly Node[], k: number): boolean {
  const node = nodes[k]!;
  if (node.kind !== 'symbol' || node.text !== 'E' || node.accent !== undefined) return false;
  const next = nodes[k + 1];
  if (next === undefined || next.kind === 'operator') return false;
  return !next.tight || (next.kind === 'group' && next.open !== '(');
}

const isTall = (nodes: readonly Node[]): boolean =>
  nodes.some(
    (node) =>
      node.kind === 'fraction' ||
      (node.kind === 'sum' && node.sub !== undefined) ||
      (node.kind === 'group' && isTall(node.inside)),
  );

function scripted(node: Node, tex: string): string {
  const primes = "'".repeat(node.primes ?? 0);
  const sub = node.sub === undefined ? '' : `_{${subscript(node.sub)}}`;
  const sup = node.sup === undefined ? '' : `^{${toTeX(node.sup)}}`;
  // KaTeX takes primes for a superscript
  if (primes !== '' && sup !== '') return `{${tex}${primes}}${sub}${sup}`;
  return `${tex}${primes}${sub}${sup}`;
}

function subscript(nodes: readonly Node[]): string {
  const [only] = nodes;
  if (nodes.length !== 1 || only?.kind !== 'name') return toTeX(nodes);
  const isWord = WORDS.has(only.text) || only.text.length > 3;
  return isWord ? `\\mathrm{${only.text}}` : [...only.text].join(' ');
}
