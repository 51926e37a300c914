const LITERAL = String.raw`(?:[−-]?[\d.]\d*(?:[,.]\d+)*(?:e-?\d+)?|true|false|√2|\x60'[^']*'\x60|\[[^\]\[]*\])`;
const AFTER = new RegExp(
  String.raw`\b[Dd]efault (${LITERAL})(?: (?:or|and) (${LITERAL}))?(?![\w√^(/·])`,
);
const BEFORE = new RegExp(
  String.raw`(${LITERAL})(?:,? by default|(?:, [^;:.()\x60]*)?,? \(?(?:the )?default\b| \([^()\x60]*\bdefault\b)`,
);

/** The literals that a comment names as default, as code would print them. */
export function documentedIn(comment: string): string[] {
  const text = comment.replaceAll(/\s+/g, ' ');
  const match = AFTER.exec(text) ?? BEFORE.exec(text);
  return (match ?? []).slice(1).filter(Boolean).map(normal);
}

function normal(literal: string): string {
  const text = literal.replaceAll('`', '').replaceAll('−', '-').replace(/\.$/, '');
  if (text === '√2') return String(Math.SQRT2);
  if (text.startsWith('[')) return `[${text.slice(1, -1).split(', ').map(normal).join(', ')}]`;
  const number = Number(text.replaceAll(/,(?=\d{3})/g, ''));
  return Number.isNaN(number) ? text : String(number);
}
