import type { MarkdownRenderer } from 'vitepress';
import { apiAddresses } from './sidebar.js';
import { renderFormula } from './formulas/render.js';

/** Sets untagged code blocks that are formulas; others stay as they are. */
export function setFormulas({ renderer }: MarkdownRenderer): void {
  const fence = renderer.rules.fence!;
  renderer.rules.fence = (tokens, k, ...rest) => {
    const { info, content } = tokens[k]!;
    const formula = info.trim() === '' ? renderFormula(content) : undefined;
    return formula ?? fence(tokens, k, ...rest);
  };
}

/** Puts each table into a box, which scrolls in place of the page; an empty cell heads nothing. */
export function boxTables({ renderer }: MarkdownRenderer): void {
  renderer.rules.table_open = () =>
    '<div class="table-box" role="group" aria-label="Table" tabindex="0">\n<table>\n';
  renderer.rules.table_close = () => '</table>\n</div>\n';
  renderer.rules.th_open = (tokens, k, options, _, self) => {
    if (tokens[k + 1]!.content === '') tokens[k]!.tag = tokens[k + 2]!.tag = 'td';
    return self.renderToken(tokens, k, options);
  };
}

/** Pages where names are those of TensorFlow.js or of others, too. */
const OF_OTHERS =
  /^(api|source|differences|changelog|guide\/(gradients|performance|backends|precision))/;

/** Links names of the API where they stand in code. */
export function linkNames({ core }: MarkdownRenderer): void {
  const addresses = apiAddresses();
  core.ruler.push('names of the API', ({ tokens, env, Token }) => {
    const { relativePath = '' } = env as { relativePath?: string };
    if (OF_OTHERS.test(relativePath)) return;
    for (const [k, { type, children }] of tokens.entries()) {
      if (type !== 'inline' || children === null || tokens[k - 1]?.type === 'heading_open')
        continue;
      let depth = 0;
      tokens[k]!.children = children.flatMap((child) => {
        if (child.type === 'link_open') depth += 1;
        if (child.type === 'link_close') depth -= 1;
        const address = addresses.get(child.content);
        if (child.type !== 'code_inline' || depth > 0 || address === undefined) return [child];
        const open = new Token('link_open', 'a', 1);
        open.attrSet('href', address);
        return [open, child, new Token('link_close', 'a', -1)];
      });
    }
  });
}
