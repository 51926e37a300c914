import { ReflectionKind, ReflectionType, ReferenceType } from 'typedoc';
import type {
  CommentDisplayPart,
  DeclarationReflection,
  PageEvent,
  Reflection,
  Router,
  RouterTarget,
  SomeType,
} from 'typedoc';
import { specifierOf } from './api_entries.js';

const CODE = /(^```[\s\S]*?^```|`[^`\n]*`)/m;
const TYPES = ReflectionKind.Interface | ReflectionKind.TypeAlias;

/** Links the arXiv ids of a text, outside of code. */
const linkPapers = (text: string): string =>
  text
    .split(CODE)
    .map((piece, k) =>
      k % 2 === 1
        ? piece
        : piece.replace(/arXiv (\d{4}\.\d{4,5})/g, '[arXiv $1](https://arxiv.org/abs/$1)'),
    )
    .join('');

/** Takes away what tells a reader nothing, and levels of headings without a text. */
function withoutNoise(text: string): string {
  return text
    .replace(/^#+ (?:Implementation of|Overrides|Inherited from)\n\n.+\n+/gm, '')
    .replace(/^\*\*\*\n+/gm, '')
    .replace(
      /^## Constructors\n\n### Constructor\n([\s\S]*?)(?=^## |(?![\s\S]))/m,
      (_, section) => {
        const raised = (section as string).replace(/^###(#+)/gm, '##$1');
        return `## Constructor\n${raised}`;
      },
    );
}

/** The properties of the interface that a parameter takes, as a list. */
function optionsOf(model: DeclarationReflection, router: Router): string {
  const parameters = model.signatures?.[0]?.parameters ?? [];
  const constructors = model.children?.filter(({ kind }) => kind === ReflectionKind.Constructor);
  const all = [...parameters, ...(constructors?.[0]?.signatures?.[0]?.parameters ?? [])];
  const lists = all.map(({ type }) => {
    const target = type instanceof ReferenceType ? type.reflection : undefined;
    if (target?.name.endsWith('Options') !== true) return '';
    const properties = propertiesOf(target as DeclarationReflection);
    if (properties.length === 0) return '';
    const linked = (to: Reflection): string => router.relativeUrl(model, to);
    const items = properties.map((property) => itemOf(property, linked));
    return `## Options\n\nThe properties of [\`${target.name}\`](${linked(target)}):\n\n${items.join('')}\n`;
  });
  const list = lists.find((list) => list !== '');
  return list === undefined ? '' : `\n\n${list}`;
}

function propertiesOf({ children, type }: DeclarationReflection): DeclarationReflection[] {
  if (children !== undefined) return children;
  return type instanceof ReflectionType ? (type.declaration.children ?? []) : [];
}

function itemOf(property: DeclarationReflection, linked: (to: Reflection) => string): string {
  const signature = property.signatures?.[0];
  const type = typeOf(signature?.type === undefined ? property.type : undefined, linked);
  const parts = (property.comment ?? signature?.comment)?.summary ?? [];
  const text = parts.map((part) => linkOf(part, linked)).join('');
  const mark = property.flags.isOptional ? '?' : '';
  const head = `- **\`${property.name}${mark}\`**${type}`;
  return `${head}<br>\n  ${text.trim().replaceAll('\n', '\n  ')}\n`;
}

/** The type of an option, if it is short; a link if it has a page of its own. */
function typeOf(type: SomeType | undefined, linked: (to: Reflection) => string): string {
  const text = type?.toString().replace(/\s+/g, ' ') ?? '';
  if (text === '' || text.length > 90 || text.includes('`')) return '';
  const target = type instanceof ReferenceType ? type.reflection : undefined;
  const hasPage = target?.kindOf(TYPES | ReflectionKind.Class) === true;
  return !hasPage ? ` \`${text}\`` : ` [\`${text}\`](${linked(target)})`;
}

function linkOf(part: CommentDisplayPart, linked: (to: Reflection) => string): string {
  const target = part.kind === 'inline-tag' ? part.target : undefined;
  const isReflection = typeof target === 'object' && 'kind' in target;
  const address = isReflection ? linked(target) : '';
  return address === '' ? part.text : `[${part.text}](${address})`;
}

/** Makes an API page read well; `descriptions` are those of the entry points. */
export function tidyPage(
  page: PageEvent<RouterTarget>,
  router: Router,
  descriptions: ReadonlyMap<string, string>,
): string {
  const model = page.model as DeclarationReflection;
  const [, title = '', body = ''] = /^# (.+)\n([\s\S]*)$/.exec(page.contents ?? '') ?? [];
  if (model.kind === ReflectionKind.Project) return indexPage(descriptions);
  if (model.kind === ReflectionKind.Module) {
    const description = descriptions.get(title);
    if (description === undefined) throw new Error(`the README says nothing of ${title}`);
    return `# ${title}\n\n${description[0]!.toUpperCase()}${description.slice(1)}\n${body}`;
  }
  const specifier = specifierOf(model.parent!.name);
  const mode = model.kindOf(TYPES) ? 'import type' : 'import';
  const line = `\`${mode} { ${model.name} } from '${specifier}';\``;
  const text = inOrder(withoutNoise(body) + optionsOf(model, router));
  const front = `---\ntitle: ${JSON.stringify(model.name)}\n---\n\n`;
  return `${front}# ${model.name}\n\n${line}\n${linkPapers(text)}`;
}

const ORDER = [
  '',
  'Example',
  'Examples',
  'Parameters',
  'Options',
  'Returns',
  'Throws',
  'Constructor',
];
const LAST = ['Type Parameters', 'Extends', 'Implements', 'Extended by', 'Implemented by', 'See'];

/** Sorts sections: an example first, what few look for last. */
function inOrder(text: string): string {
  const rank = (section: string): number => {
    const heading = /^## (.+)\n/.exec(section)?.[1] ?? '';
    const [early, late] = [ORDER.indexOf(heading), LAST.indexOf(heading)];
    if (late >= 0) return ORDER.length + 1 + late;
    return early >= 0 ? early : ORDER.length;
  };
  const sections = text.split(/^(?=## )/m).map((section) => `${section.trimEnd()}\n`);
  return sections.sort((a, b) => rank(a) - rank(b)).join('\n');
}

function indexPage(descriptions: ReadonlyMap<string, string>): string {
  const rows = [...descriptions].map(([specifier, text]) => {
    const folder = specifier.replace('gan-kit/', '');
    return `- [\`${specifier}\`](/api/${folder}/): ${text}\n`;
  });
  return [
    '# API\n',
    'Each function has a page of its own, with its formula, shapes, errors, derivatives and an example that is run.\n',
    rows.join(''),
  ].join('\n');
}
