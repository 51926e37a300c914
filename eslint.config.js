import { builtinModules } from 'node:module';
import tseslint from 'typescript-eslint';

// Imports run one way: a file may import its own folder and folders of a lower rank.
// '.' stands for the files directly in src/: errors.ts and types.ts.
const RANKS = [
  ['.', 'internal'],
  ['linalg', 'ops'],
  ['kernels'],
  ['gradients'],
  ['backend', 'losses', 'penalties', 'layers'],
  ['models', 'io', 'gradcheck'],
  ['metrics', 'training'],
  ['node'],
];

const escape = (text) => text.replaceAll('.', '\\.');

const ALWAYS = [
  { regex: '^@tensorflow/tfjs$', message: 'import tfjs-core or tfjs-layers, never the union' },
  {
    regex: '^@tensorflow/[^/]+/',
    message: 'deep imports of tfjs break in Node ESM',
  },
  { regex: '^gan-kit(/|$)', message: 'inside the package, import the file' },
];
const BARRELS = { regex: '^\\..*/index\\.js$', message: 'nothing imports a barrel' };
const BUILTINS = {
  regex: `^(node:|(${builtinModules.map(escape).join('|')})$)`,
  message: 'only src/node may import Node builtins',
};
const NO_TFJS = { regex: '^@tensorflow/', message: 'linalg works on plain arrays' };
const CORE_ONLY = {
  regex: '^@tensorflow/tfjs-(?!core$)',
  message: 'this folder uses tfjs-core only',
};

/** Classes that each realm has of its own. Maps are only ever made here. */
const BUILT_IN =
  '^(\\w+Array|(Shared)?ArrayBuffer|DataView|Promise|\\w*Error|Blob|File|URL|Date|RegExp)$';

/** What one folder of src/ may not import. */
function restrictions(folder, rank) {
  const patterns = [...ALWAYS, BARRELS];
  if (folder !== 'node') patterns.push(BUILTINS);
  if (folder === 'linalg') patterns.push(NO_TFJS);
  if (folder === 'ops' || folder === 'losses') patterns.push(CORE_ONLY);
  const others = RANKS.slice(rank)
    .flat()
    .filter((other) => other !== folder && other !== '.');
  if (folder === '.' || others.length > 0)
    patterns.push({
      regex: folder === '.' ? '^\\./[^/]+/' : `^(\\.\\./)+(${others.join('|')})/`,
      message: `src/${folder} may import only folders of a lower rank`,
    });
  return {
    files: [folder === '.' ? 'src/*.ts' : `src/${folder}/**/*.ts`],
    rules: { '@typescript-eslint/no-restricted-imports': ['error', { patterns }] },
  };
}

export default tseslint.config(
  {
    ignores: ['assembly', 'dist', 'docs/api', 'coverage', 'runs', '**/*.js'],
  },
  ...tseslint.configs.recommendedTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      '@typescript-eslint/consistent-type-imports': [
        'error',
        { fixStyle: 'separate-type-imports' },
      ],
      '@typescript-eslint/require-await': 'off',
    },
  },
  {
    // its own tsconfig.json is for those who copy it, and finds gan-kit in their node_modules
    files: ['examples/browser/*.ts'],
    languageOptions: {
      parserOptions: { projectService: false, project: 'site/tsconfig.json' },
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
        {
          selector: 'ImportExpression[source.value=/^(\\.|node:)/]',
          message: 'a dynamic import would pass by the import ranks',
        },
        {
          selector: `BinaryExpression[operator='instanceof'][right.name=/${BUILT_IN}/]`,
          message: 'values of another realm are no instances: internal/brands tells what they are',
        },
        {
          selector: 'ExportAllDeclaration[exported=null][source.value!=/index[.]js$/]',
          message: 'exports are named, where no barrel is passed on',
        },
        { selector: 'ExportDefaultDeclaration', message: 'exports are named' },
      ],
    },
  },
  ...RANKS.flatMap((folders, rank) => folders.map((folder) => restrictions(folder, rank))),
  {
    files: ['src/index.ts'],
    rules: { '@typescript-eslint/no-restricted-imports': ['error', { patterns: ALWAYS }] },
  },
);
