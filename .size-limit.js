// Minified and gzipped, tfjs apart, through the sub-paths that a program would import.
const measure = (name, program, limit, ignore = []) => ({
  name,
  path: `test/package/programs/${program}.js`,
  limit,
  gzip: true,
  ignore: ['@tensorflow/*', ...ignore],
  // without tsconfig.json, whose paths lead into src/ and to what is for Node alone
  modifyEsbuildConfig: (config) => ({ ...config, format: 'esm', tsconfigRaw: {} }),
});

export default [
  measure('one loss', 'one_loss', '1.4 kB'),
  measure('one penalty', 'one_penalty', '52.5 kB'),
  measure('everything but gan-kit/node', 'everything', '211 kB'),
];
