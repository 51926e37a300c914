import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitepress';
import { anchorOf } from '../../tools/site/addresses.js';
import { boxTables, linkNames, setFormulas } from '../../tools/site/markdown.js';
import { sidebars } from '../../tools/site/sidebar.js';
import { ISOLATION } from './isolation.js';

const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));

export default defineConfig({
  title: 'gan-kit',
  description: 'GANs in TensorFlow.js, in Node and in the browser, with PyTorch’s numbers',
  lang: 'en',
  base: process.env.SITE_BASE ?? '/',
  cleanUrls: true,
  head: [
    [
      'link',
      { rel: 'icon', type: 'image/svg+xml', href: `${process.env.SITE_BASE ?? '/'}icon.svg` },
    ],
  ],
  srcExclude: ['generated/parts/**'],
  rewrites: { 'generated/:rest*': ':rest*' },
  markdown: {
    image: { lazyLoading: true },
    anchor: { slugify: anchorOf },
    theme: { light: 'github-light-high-contrast', dark: 'github-dark-high-contrast' },
    config: (markdown) => void markdown.use(setFormulas).use(boxTables).use(linkNames),
  },
  // pages without a sidebar have no main element; the theme does the same after a change of pages
  transformHtml: (html) =>
    html.includes('<main') ? html : html.replace('id="VPContent"', 'id="VPContent" role="main"'),
  vite: {
    server: { fs: { allow: [REPOSITORY] } },
    worker: { format: 'es' },
    // what only workers import, so that the first page that starts one is not loaded again
    optimizeDeps: {
      include: ['core', 'layers', 'backend-cpu', 'backend-wasm', 'backend-webgl', 'backend-webgpu']
        .map((name) => `@tensorflow/tfjs-${name}`)
        .concat('fflate'),
    },
    plugins: [
      {
        name: 'isolated pages',
        configureServer: ({ middlewares }) => {
          middlewares.use((_, response, next) => {
            for (const [name, value] of Object.entries(ISOLATION)) response.setHeader(name, value);
            next();
          });
        },
      },
    ],
  },
  themeConfig: {
    search: { provider: 'local' },
    outline: { level: [2, 3] },
    sidebar: sidebars(),
    nav: [
      { text: 'Quick start', link: '/guide/quick-start' },
      {
        text: 'Guides',
        link: '/guide/',
        activeMatch: '^/(guide/(?!results|quick-start)|differences/)',
      },
      { text: 'Papers', link: '/papers/', activeMatch: '^/papers/' },
      { text: 'API', link: '/api/', activeMatch: '^/api/' },
      { text: 'Results', link: '/guide/results' },
      { text: 'Playground', link: '/playground/', activeMatch: '^/playground/' },
    ],
  },
});
