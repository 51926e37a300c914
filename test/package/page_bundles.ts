import { join } from 'node:path';
import { build as esbuild } from 'esbuild';
import { build as vite } from 'vite';
import { build as vite8 } from 'vite-8';
import webpack from 'webpack';

type Bundle = (folder: string, page: string, out: string) => Promise<unknown>;

const viteConfig = (folder: string, page: string, out: string) => ({
  root: folder,
  configFile: false as const,
  logLevel: 'error' as const,
  mode: 'production',
  worker: {
    format: 'es' as const,
    rollupOptions: { output: { entryFileNames: 'worker-[hash].js' } },
  },
  build: {
    outDir: out,
    emptyOutDir: false,
    assetsDir: '.',
    rollupOptions: { input: join(folder, page), output: { entryFileNames: '[name].js' } },
  },
  base: './',
});

/** How programs for pages are built to be served, minified, by what their users have. */
export const PAGE_BUNDLES: Readonly<Record<string, Bundle>> = {
  'vite-8': (...place) => vite8(viteConfig(...place)),
  webpack: (context, page, path) =>
    new Promise((done, fail) =>
      webpack(
        {
          context,
          entry: { page: `./${page}` },
          mode: 'production',
          target: ['web', 'es2022'],
          experiments: { outputModule: true },
          output: { path, filename: '[name].js' },
          optimization: { splitChunks: false }, // what page and worker share would be no valid module
          performance: { hints: false },
        },
        (error, stats) => {
          const { errors = [] } = stats?.toJson() ?? {};
          const messages = errors.map(({ message }) => message);
          if (error !== null || messages.length > 0)
            fail(new Error(messages.join('\n'), { cause: error }));
          else done(stats);
        },
      ),
    ),
  'rollup-terser': (...place) => {
    const config = viteConfig(...place); // vite 7 builds by Rollup
    return vite({ ...config, build: { ...config.build, minify: 'terser' as const } });
  },
  esbuild: (folder, page, outdir) =>
    esbuild({
      absWorkingDir: folder,
      entryPoints: [page, page.replace('.js', '_worker.js')],
      bundle: true,
      format: 'esm',
      splitting: true,
      minify: true,
      outdir,
      logLevel: 'error',
    }),
};
