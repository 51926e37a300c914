import { NoFormula, isProse, parse } from './parse.js';
import type { Node } from './parse.js';
import { RELATIONS } from './symbols.js';

/** A line of a formula: a label, both sides, and what stands beside them. */
export interface Row {
  readonly label: readonly Node[];
  readonly left: readonly Node[];
  readonly right: readonly Node[];
  readonly note: readonly Node[];
}

interface Segment {
  readonly text: string;
  readonly nodes: readonly Node[];
}

const isRelation = (node: Node | undefined): boolean =>
  node?.kind === 'operator' && RELATIONS[node.text] !== undefined;
const hasRelation = ({ nodes }: Segment): boolean => nodes.some(isRelation);
const isSentence = ({ nodes }: Segment): boolean => nodes.some((_, k) => isProse(nodes, k));
const isLabel = ({ nodes }: Segment): boolean => nodes.every((_, k) => isProse(nodes, k));

/** Parts of a line, where two spaces or more stand between them; a part goes on after a comma or before a sign. */
function segmentsOf(line: string): Segment[] {
  if (/[;{]$/.test(line)) throw new NoFormula('a line of a program');
  const parts: string[] = [];
  for (const part of line.trim().split(/\s{2,}/)) {
    const before = parts.at(-1);
    if (before !== undefined && (/[,;]$/.test(before) || /^[+−·]/.test(part)))
      parts[parts.length - 1] = `${before} ${part}`;
    else parts.push(part);
  }
  return parts.map((text) => ({ text, nodes: parse(text) }));
}

function rowOf(line: string): Row {
  const segments = segmentsOf(line);
  const [first, second] = segments;
  if (first === undefined) throw new NoFormula('an empty line');
  const isLabelled =
    second !== undefined &&
    (isLabel(first) || (hasRelation(first) && !hasRelation(second) && !isSentence(second)));
  const label = isLabelled ? segments.shift()!.nodes : [];
  const main = segments.shift()!;
  const isSplit = isRelation(segments[0]?.nodes[0]) && !hasRelation(main);
  const nodes = isSplit ? [...main.nodes, ...segments.shift()!.nodes] : main.nodes;
  const note = segments.flatMap((segment) => segment.nodes);
  const found = nodes.findIndex(isRelation);
  const isList = nodes
    .slice(0, found)
    .some((node) => node.kind === 'operator' && node.text === ',');
  const at = isList ? 0 : found;
  if (at < 0 && isSentence(main)) return { label, left: [], right: [], note: [...nodes, ...note] };
  const isLeft = at < 0 && !isLabelled && note.length > 0;
  const cut = isLeft ? nodes.length : Math.max(at, 0);
  return { label, left: nodes.slice(0, cut), right: nodes.slice(cut), note };
}

/** Lays a block of lines out; an empty line is `undefined`. Throws {@link NoFormula} if it is no formula. */
export function layOut(text: string): (Row | undefined)[] {
  const rows = text
    .trimEnd()
    .split('\n')
    .map((line) => (line.trim() === '' ? undefined : rowOf(line)));
  const isMath = rows.some((row) => row !== undefined && row.right.length > 0);
  if (!isMath) throw new NoFormula('words alone');
  return rows;
}
