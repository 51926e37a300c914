import tseslint from 'typescript-eslint';

// Imports run one way: a folder may import its own files and folders of a lower rank.
const RANKS = [
  ['internal'],
  ['linalg', 'ops'],
  ['gradients', 'kernels'],
  ['backend', 'losses', 'penalties', 'layers'],
  ['models', 'io'],
  ['metrics', 'training'],
  ['node'],
];

const ALWAYS = [
  { group: ['@tensorflow/tfjs'], message: 'import tfjs-core or tfjs-layers, never the union' },
  { group: ['@tensorflow/*/dist/**'], message: 'deep imports of tfjs break in Node ESM' },
  { group: ['./index.js', '../**/index.js'], message: 'nothing imports a barrel' },
];
const NODE = { group: ['node:*'], message: 'only src/node may import Node builtins' };
const TFJS = { group: ['@tensorflow/*'], message: 'linalg works on plain arrays' };
const LAYERS = {
  group: ['@tensorflow/tfjs-layers'],
  allowTypeImports: true,
  message: 'this folder uses tfjs-core only',
};
const CORE_ONLY = ['ops', 'losses', 'linalg'];

const ranked = RANKS.flatMap((folders, rank) =>
  folders.map((folder) => {
    const higher = RANKS.slice(rank)
      .flat()
      .filter((other) => other !== folder);
    const patterns = [...ALWAYS];
    if (higher.length > 0)
      patterns.push({
        group: higher.flatMap((other) => [`../${other}/**`, `../../${other}/**`]),
        message: `src/${folder} may import only folders of a lower rank`,
      });
    if (folder !== 'node') patterns.push(NODE);
    if (folder === 'linalg') patterns.push(TFJS);
    else if (CORE_ONLY.includes(folder)) patterns.push(LAYERS);
    return {
      files: [`src/${folder}/**/*.ts`],
      rules: { '@typescript-eslint/no-restricted-imports': ['error', { patterns }] },
    };
  }),
);

export default tseslint.config(
  {
    ignores: [
      'dist',
      'docs/api',
      'coverage',
      'runs',
      'test/package/projects',
      '**/*.js',
      '**/*.mjs',
    ],
  },
  ...tseslint.configs.recommendedTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/consistent-type-imports': [
        'error',
        { fixStyle: 'separate-type-imports' },
      ],
      '@typescript-eslint/require-await': 'off',
    },
  },
  {
    files: ['src/**/*.ts'],
    rules: {
      'no-restricted-properties': [
        'error',
        { object: 'Math', property: 'random', message: 'randomness comes from internal/random' },
      ],
      'no-restricted-syntax': [
        'error',
        {
          selector: 'CallExpression[callee.property.name=/^(dataSync|arraySync)$/]',
          message: 'reading back synchronously kills the WebGPU context',
        },
      ],
    },
  },
  ...ranked,
);
