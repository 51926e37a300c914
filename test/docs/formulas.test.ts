import { describe, expect, it } from 'vitest';
import { layOut } from '../../tools/site/formulas/layout.js';
import type { Row } from '../../tools/site/formulas/layout.js';
import { parse } from '../../tools/site/formulas/parse.js';
import { renderFormula } from '../../tools/site/formulas/render.js';
import { toTeX } from '../../tools/site/formulas/tex.js';

/** TeX without spaces. */
const compact = (tex: string): string => tex.replace(/\\[,; ]| /g, '');
const texOf = (text: string): string => compact(toTeX(parse(text)));

describe('the TeX of', () => {
  it.each([
    ['L_D', 'L_{D}'],
    ['d_ijb', 'd_{i j b}'],
    ['x_lab', 'x_{\\mathrm{lab}}'],
    ['L_D,i', 'L_{D,i}'],
    ['h_(j)', 'h_{(j)}'],
    ['h_{i+1}', 'h_{i+1}'],
    ['kₜ₊₁', 'k_{t+1}'],
    ['θⁱ⁺¹', '\\theta^{i+1}'],
    ['eˢ⁽ˣ⁾', 'e^{s(x)}'],
    ['x̂ + x̃', '\\hat{x}+\\tilde{x}'],
    ['ĥ_i', '\\hat{h}_{i}'],
    ["z' ≠ z", "z'\\ne z"],
    ['‖g‖²', '\\lVert g\\rVert^{2}'],
    ['|γ L(x) − L(y)|', '\\lvert\\gamma L(x)-L(y)\\rvert'],
    ['½ E x', '\\tfrac{1}{2}\\operatorname{\\mathbb{E}}x'],
    ['E_i(h_i)', 'E_{i}(h_{i})'],
    ['E[x]', '\\operatorname{\\mathbb{E}}[x]'],
    ['√(v + ε)', '\\sqrt{v+\\varepsilon}'],
    ['γ/2 · x', '\\frac{\\gamma}{2}\\cdot x'],
    ['(x − m)/√(v + ε) + β', '\\frac{x-m}{\\sqrt{v+\\varepsilon}}+\\beta'],
    ['a + α g / (β + 1)', 'a+\\frac{\\alpha g}{\\beta+1}'],
    ['∂f/∂z', '\\frac{\\partial f}{\\partial z}'],
    ['relu(m)', '\\operatorname{relu}(m)'],
    ['Σ_{j ≠ i} x_j', '\\sum_{j\\ne i}x_{j}'],
    ['max_D V', '\\max_{D}V'],
    ['U[0, 1)', 'U[0,1)'],
    ['(C C_w)^½', '(C C_{w})^{\\tfrac{1}{2}}'],
  ])('%s', (text, tex) => {
    expect(texOf(text)).toBe(compact(tex));
  });
});

describe('the layout of', () => {
  const cells = (line: string): Record<string, string> => {
    const [row] = layOut(`${line}\nx = 1`);
    return Object.fromEntries(
      Object.entries<Row[keyof Row]>({ ...row! })
        .filter(([, nodes]) => nodes.length > 0)
        .map(([cell, nodes]) => [cell, compact(toTeX(nodes))]),
    );
  };

  it('an equation breaks at its first relation', () => {
    expect(cells('L_G = −E D(x) = 0')).toEqual({
      left: 'L_{G}',
      right: '=-\\operatorname{\\mathbb{E}}D(x)=0',
    });
  });

  it('a label stands before, a note behind', () => {
    expect(cells('color    x ← x + β    β ~ U(0, 1)')).toEqual({
      label: '\\text{color}',
      left: 'x',
      right: compact('\\leftarrow x+\\beta'),
      note: compact('\\beta\\sim U(0,1)'),
    });
    expect(Object.keys(cells('k = 0    E x²'))).toEqual(['label', 'right']);
    expect(Object.keys(cells('m_r    mean of the batch'))).toEqual(['left', 'note']);
  });

  it('two equations stay one line after a comma', () => {
    expect(Object.keys(cells('P = G,  Q = H'))).toEqual(['left', 'right']);
    expect(Object.keys(cells('E x²,   x̂ = x + α'))).toEqual(['right']);
  });
});

describe('a block of code', () => {
  it.each([
    'npm install gan-kit',
    'Cannot compute gradient: gradient function not found for Greater.',
    'const x = { a: 1 };\nconsole.log(x);',
    'a (b',
    'x = "text"',
    '#include <x>',
    '',
  ])('%j is no formula', (text) => {
    expect(renderFormula(text)).toBeUndefined();
  });

  it('that is one is set with MathML beside it, and its words as text', () => {
    const html = renderFormula('t = 1/n    n the number < of steps\n\nw ← t');
    expect(html).toContain('<math ');
    expect(html).toContain('formula-gap');
    expect(html).toMatch(/formula-note">.* the number .* of steps/);
  });
});
