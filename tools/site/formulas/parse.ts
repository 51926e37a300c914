import { ACCENTS, FUNCTIONS, LETTERS, OPERATORS, SUBSCRIPTS, SUPERSCRIPTS } from './symbols.js';

/** A part of a formula. `tight` ones follow the one before without a space. */
export type Node = { tight: boolean; sub?: Node[]; sup?: Node[]; primes?: number } & (
  | { kind: 'symbol'; text: string; accent?: string }
  | { kind: 'number' | 'name' | 'operator' | 'sum' | 'slash'; text: string }
  | { kind: 'root'; under: Node[] }
  | { kind: 'group'; open: string; close: string; inside: Node[] }
  | { kind: 'fraction'; above: Node[]; below: Node[] }
);

/** The text is no formula. */
export class NoFormula extends Error {}

const CLOSERS: Readonly<Record<string, string>> = {
  '(': ')]',
  '[': ')]',
  '{': '}',
  '⌊': '⌋',
  '|': '|',
  '‖': '‖',
};
const NAME = /^[A-Za-z]+(?:[.'’-][A-Za-z]{2,}|['’]s\b|s['’](?=\s))*/;
const SUBSCRIPT =
  /^_(?:\{(?<braces>[^{}]*)\}|(?<plain>\([a-z]\)|[A-Za-z0-9θφλ]+'?(?:,[a-z0-9](?![\w(]))*))/;

class Parser {
  private readonly text: string;
  private at = 0;

  constructor(text: string) {
    this.text = text.normalize('NFD').replaceAll('=\u0338', '≠');
  }

  /** Parses up to a closing delimiter, which it takes, or to the end. */
  sequence(closers = ''): { nodes: Node[]; close: string } {
    const nodes: Node[] = [];
    let tight = true;
    for (;;) {
      const space = /^\s+/.exec(this.rest);
      if (space) {
        tight = false;
        this.at += space[0].length;
      }
      const next = this.rest[0];
      if (next === undefined) {
        if (closers !== '') throw new NoFormula(`${closers} is missing`);
        return { nodes: withFractions(nodes), close: '' };
      }
      if (closers.includes(next)) {
        this.at += 1;
        return { nodes: withFractions(nodes), close: next };
      }
      const node = { ...this.atom(), tight };
      this.scripts(node);
      nodes.push(node);
      tight = true;
    }
  }

  private get rest(): string {
    return this.text.slice(this.at);
  }

  private atom(): Node {
    const tight = true;
    const number = this.take(/^\d+(?:\.\d+)?/);
    if (number !== undefined) return { kind: 'number', text: number, tight };
    const name = NAME.exec(this.rest)?.[0];
    if (name !== undefined && name.length > 1 && ACCENTS[this.text[this.at + 1]!] === undefined) {
      this.at += name.length;
      return { kind: 'name', text: name, tight };
    }
    const [character] = this.rest as unknown as [string];
    this.at += character.length;
    if (/[A-Za-z]/.test(character) || LETTERS[character] !== undefined) {
      const accent = ACCENTS[this.text[this.at]!];
      if (accent === undefined) return { kind: 'symbol', text: character, tight };
      this.at += 1;
      return { kind: 'symbol', text: character, accent, tight };
    }
    if (character === 'Σ' || character === '∏') return { kind: 'sum', text: character, tight };
    if (character === '/') return { kind: 'slash', text: '/', tight };
    if (character === '√') return { kind: 'root', under: this.underRoot(), tight };
    const closers = CLOSERS[character];
    if (closers !== undefined) {
      const { nodes: inside, close } = this.sequence(closers);
      return { kind: 'group', open: character, close, inside, tight };
    }
    if (OPERATORS[character] !== undefined) return { kind: 'operator', text: character, tight };
    throw new NoFormula(`${character} is no symbol`);
  }

  private underRoot(): Node[] {
    const under = this.atom();
    if (under.kind === 'group' && under.open === '(') return under.inside;
    this.scripts(under);
    return [under];
  }

  private scripts(node: Node): void {
    for (;;) {
      const primes = node.kind === 'name' ? undefined : this.take(/^['′]+/);
      const sub = SUBSCRIPT.exec(this.rest);
      const lowered = this.run(SUBSCRIPTS);
      const raised = this.run(SUPERSCRIPTS);
      if (primes !== undefined) node.primes = primes.length;
      else if (sub) {
        this.at += sub[0].length;
        node.sub = parse(sub.groups!.braces ?? sub.groups!.plain!);
      } else if (lowered !== undefined) node.sub = parse(lowered);
      else if (raised !== undefined) node.sup = parse(raised);
      else if (this.take(/^\^/) !== undefined) node.sup = this.underRoot();
      else return;
    }
  }

  /** Takes the characters of a table, and returns what they stand for. */
  private run(table: Readonly<Record<string, string>>): string | undefined {
    let text = '';
    for (
      let to: string | undefined;
      (to = table[this.text[this.at] ?? '']) !== undefined;
      this.at++
    )
      text += to;
    return text === '' ? undefined : text;
  }

  private take(form: RegExp): string | undefined {
    const found = form.exec(this.rest)?.[0];
    this.at += found?.length ?? 0;
    return found;
  }
}

/** Parses a formula; throws {@link NoFormula} if it is none. */
export const parse = (text: string): Node[] => new Parser(text).sequence().nodes;

/** Whether a word belongs to a sentence, and is no function. */
export const isProse = (nodes: readonly Node[], k: number): boolean => {
  const node = nodes[k]!;
  if (node.kind !== 'name' || node.sub !== undefined || node.sup !== undefined) return false;
  const next = nodes[k + 1];
  const isCalled = next?.kind === 'group' && next.tight;
  return !isCalled && FUNCTIONS[node.text] === undefined && node.text !== 'relu';
};

const ENDS_PRODUCT = /^[=←~≤≥≈≠<>+−±,;:∈→]$/;

/** Turns `a / b` into fractions: all factors above, if there are spaces around, or those without a space. */
function withFractions(nodes: readonly Node[]): Node[] {
  const made: Node[] = [];
  for (let k = 0; k < nodes.length; k++) {
    const node = nodes[k]!;
    if (node.kind !== 'slash') {
      made.push(node);
      continue;
    }
    const isWide = !node.tight;
    let from = made.length;
    while (from > 0 && !ends(made[from - 1]!)) {
      from -= 1;
      if (!isWide && !made[from]!.tight) break;
    }
    const above = made.splice(from);
    const below: Node[] = [];
    while (k + 1 < nodes.length && !ends(nodes[k + 1]!)) {
      const next = nodes[k + 1]!;
      if (below.length > 0 && !next.tight) break;
      below.push(next);
      k += 1;
    }
    if (above.length === 0 || below.length === 0) throw new NoFormula('half a fraction');
    made.push({ kind: 'fraction', above: bare(above), below: bare(below), tight: above[0]!.tight });
  }
  return made;
}

const ends = (node: Node): boolean => node.kind === 'operator' && ENDS_PRODUCT.test(node.text);

/** Leaves out the parentheses around all of it. */
function bare(nodes: Node[]): Node[] {
  const [only] = nodes;
  const isGroup = nodes.length === 1 && only?.kind === 'group' && only.open === '(';
  return isGroup && only.sup === undefined && only.sub === undefined ? only.inside : nodes;
}
