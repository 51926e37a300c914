/** HTML that is already escaped where necessary. */
export class Markup {
  constructor(readonly text: string) {}
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

const escape = (text: string) => text.replace(/[&<>"']/g, (character) => ESCAPES[character]!);

/** Makes HTML from a template; escapes its values, except those that are `Markup`. */
export function html(parts: TemplateStringsArray, ...values: Value[]): Markup {
  const text = parts.map((part, i) => part + (i < values.length ? textOf(values[i]!) : ''));
  return new Markup(text.join(''));
}

type Value = string | number | Markup | readonly Markup[];

function textOf(value: Value): string {
  if (value instanceof Markup) return value.text;
  if (typeof value === 'object') return value.map(({ text }) => text).join('');
  return escape(String(value));
}

export const NOTHING: Markup = new Markup('');

/** Makes an element with a script or a style sheet of the page; its text cannot end the element. */
export function inline(element: 'script' | 'style', text: string): Markup {
  return new Markup(`<${element}>${text.replace(/<\/(?=script|style)/gi, '<\\/')}</${element}>`);
}

/** Makes an element with data for a script of the page. */
export function json(id: string, value: unknown): Markup {
  const text = JSON.stringify(value).replaceAll('<', '\\u003c');
  return new Markup(`<script type="application/json" id="${id}">${text}</script>`);
}
