/** The TeX of single characters of the notation; operators, which have room around them, stand in {@link OPERATORS}. */
export const LETTERS: Readonly<Record<string, string>> = {
  α: '\\alpha',
  β: '\\beta',
  γ: '\\gamma',
  δ: '\\delta',
  ε: '\\varepsilon',
  ζ: '\\zeta',
  η: '\\eta',
  θ: '\\theta',
  κ: '\\kappa',
  λ: '\\lambda',
  μ: '\\mu',
  π: '\\pi',
  ρ: '\\rho',
  σ: '\\sigma',
  τ: '\\tau',
  φ: '\\varphi',
  ψ: '\\psi',
  ω: '\\omega',
  Δ: '\\Delta',
  Φ: '\\Phi',
  Ω: '\\Omega',
  ℓ: '\\ell',
  '∞': '\\infty',
  '…': '\\dots',
  '∇': '\\nabla',
  '∂': '\\partial',
  '½': '\\tfrac{1}{2}',
  '⅓': '\\tfrac{1}{3}',
  '¼': '\\tfrac{1}{4}',
};

/** Relations: the first one of a line is where lines align. */
export const RELATIONS: Readonly<Record<string, string>> = {
  '=': '=',
  '←': '\\leftarrow',
  '~': '\\sim',
  '≤': '\\le',
  '≥': '\\ge',
  '≈': '\\approx',
};

export const OPERATORS: Readonly<Record<string, string>> = {
  ...RELATIONS,
  '+': '+',
  '−': '-',
  '±': '\\pm',
  '·': '\\cdot',
  '×': '\\times',
  '∘': '\\circ',
  '⊙': '\\odot',
  '≠': '\\ne',
  '<': '<',
  '>': '>',
  '∈': '\\in',
  '→': '\\to',
  '∣': '\\mid',
  ':': '\\colon',
  ',': ',',
  ';': ';',
  '.': '.',
};

/** Words that are functions also without parentheses behind them. */
export const FUNCTIONS: Readonly<Record<string, string>> = {
  exp: '\\exp',
  log: '\\log',
  max: '\\max',
  min: '\\min',
  argmax: '\\operatorname*{arg\\,max}',
  argmin: '\\operatorname*{arg\\,min}',
};

/** Subscripts that are words, where other letters are indices. */
export const WORDS = new Set([
  'adv',
  'cyc',
  'id',
  'lab',
  'unl',
  'real',
  'fake',
  'gp',
  'units',
  'mode',
  'data',
]);

/** Marks above a letter, which follow it after decomposition. */
export const ACCENTS: Readonly<Record<string, string>> = {
  '\u0302': '\\hat',
  '\u0303': '\\tilde',
  '\u0304': '\\bar',
};

const spread = (raised: string, plain: string): Record<string, string> =>
  Object.fromEntries([...raised].map((character, k) => [character, [...plain][k]!]));

export const SUPERSCRIPTS = spread('⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁽⁾ᵀᴳᵏⁱʲⁿˢᵗˣ', '0123456789+−()TGkijnstx');
export const SUBSCRIPTS = spread('₀₁₂₃₄₅₆₇₈₉₊₋ᵢⱼₖₙₜₓ', '0123456789+−ijkntx');
