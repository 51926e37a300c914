import { fileURLToPath } from 'node:url';
import { playwright } from '@vitest/browser-playwright';
import { defineConfig } from 'vitest/config';
import type { TestProjectInlineConfiguration } from 'vitest/config';
import { findGPU } from './test/setup/gpu.js';
import { findNative } from './test/setup/native.js';

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));
const alias = (platform: 'node' | 'browser') => [
  { find: '#candidates', replacement: path(`./src/backend/candidates_${platform}.ts`) },
  { find: '#kernels', replacement: path(`./src/kernels/kernels_${platform}.ts`) },
  { find: /^gan-kit\/(\w+)$/, replacement: path('./src/$1/index.ts') },
  { find: /^gan-kit$/, replacement: path('./src/index.ts') },
];
const { chromium, dawn } = findGPU();
const native = findNative();

/** The suites whose promises hold on every backend; the others in their folders run in Node only. */
const CONTRACTS = [
  'test/{ops,losses,layers,models,parity,penalties,training,metrics}/**/*.test.ts',
  'test/gradients/{input_gradient,ties}.test.ts',
  'test/gradcheck/{repaired_ops,check_gradients}.test.ts',
  'test/kernels/not_a_number.test.ts',
];
const IN_NODE_ONLY = [
  'test/models/{parameter_counts,translation}.test.ts',
  'test/parity/{translation_full_width,large_features,inception}.test.ts',
  'test/models/inception_v3.test.ts',
  'test/metrics/{graph_features,inception_features,score_names}.test.ts',
  'test/training/{gan,cycle_gan,pix2pix,independent_samples,out_of_memory}.test.ts',
  'test/training/{translation_memory,killed_and_resumed,checkpoints,free_sizes}.test.ts',
  'test/training/{natural_types,unnamed_layers}.test.ts',
  'test/{losses,penalties,metrics}/properties.test.ts',
  'test/losses/stock_kernels.test.ts',
  'test/metrics/{fcn_score,kernel_distance,mode_coverage,paired_images,statistics_bytes}.test.ts',
  'test/metrics/{lpips_network,statistics_npz}.test.ts',
];
/** What computes on another backend whatever the project provides, so that libtensorflow would add nothing. */
const NOT_ON_NATIVE = [
  'test/models/parameter_counts.test.ts',
  'test/parity/{translation_full_width,large_features}.test.ts',
  'test/metrics/score_names.test.ts',
  'test/training/out_of_memory.test.ts',
  'test/{losses,penalties,metrics}/properties.test.ts',
  'test/losses/stock_kernels.test.ts',
  'test/metrics/{kernel_distance,mode_coverage,statistics_npz}.test.ts',
];
const CHROMIUM_FLAGS = [
  '--no-sandbox', // root has none
  '--enable-unsafe-webgpu', // WebGPU on a software adapter
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-quic',
  '--disable-sync',
];

/** Where property tests draw their cases from: the same ones each time, unless GAN_KIT_SEED says else. */
const propertySeed =
  process.env.GAN_KIT_SEED === 'random' ? null : Number(process.env.GAN_KIT_SEED ?? 1406_2661);

const inNode: TestProjectInlineConfiguration = {
  resolve: { alias: alias('node') },
  test: {
    name: 'node',
    include: ['test/**/*.test.ts'],
    exclude: ['test/{package,dawn,browser,native}/**'],
    setupFiles: ['test/setup/matchers.ts'],
    provide: { backends: ['cpu', 'wasm'], propertySeed },
    testTimeout: 60_000,
    hookTimeout: 180_000,
  },
};
const inDawn: TestProjectInlineConfiguration = {
  resolve: { alias: alias('node') },
  test: {
    name: 'dawn',
    include: [...CONTRACTS, 'test/dawn/**/*.test.ts'],
    exclude: IN_NODE_ONLY,
    setupFiles: ['test/setup/matchers.ts', 'test/setup/webgpu_errors.ts'],
    provide: { backends: ['webgpu'], propertySeed },
    env: { ...dawn },
    testTimeout: 120_000,
    hookTimeout: 180_000,
    // one process for all files, because compiling the shaders takes longer than running them
    isolate: false,
    fileParallelism: false,
  },
};
const onNative: TestProjectInlineConfiguration = {
  resolve: { alias: alias('node') },
  test: {
    name: 'native',
    include: [...CONTRACTS, 'test/native/**/*.test.ts'],
    exclude: NOT_ON_NATIVE,
    setupFiles: ['test/setup/matchers.ts'],
    provide: { backends: ['tensorflow'], propertySeed },
    env: { ...native },
    testTimeout: 60_000,
    hookTimeout: 180_000,
    isolate: false,
    fileParallelism: false,
  },
};
const inBrowser: TestProjectInlineConfiguration = {
  resolve: { alias: alias('browser') },
  optimizeDeps: {
    include: [
      '@tensorflow/tfjs-core',
      '@tensorflow/tfjs-layers',
      '@tensorflow/tfjs-backend-cpu',
      '@tensorflow/tfjs-backend-wasm',
      '@tensorflow/tfjs-backend-webgl',
      '@tensorflow/tfjs-backend-webgpu',
      'fast-check',
      'fflate',
    ],
  },
  test: {
    name: 'browser',
    include: [...CONTRACTS, 'test/browser/**/*.test.ts'],
    exclude: IN_NODE_ONLY,
    setupFiles: ['test/setup/matchers.ts', 'test/setup/webgpu_errors.ts'],
    provide: { backends: ['webgl', 'webgpu'], propertySeed },
    testTimeout: 120_000,
    hookTimeout: 180_000,
    isolate: false,
    fileParallelism: false,
    browser: {
      enabled: true,
      headless: true,
      screenshotFailures: false,
      instances: [{ browser: 'chromium' }],
      provider: playwright({ launchOptions: { executablePath: chromium!, args: CHROMIUM_FLAGS } }),
    },
  },
};
const packed: TestProjectInlineConfiguration = {
  resolve: { alias: alias('node') },
  test: {
    name: 'package',
    include: ['test/package/**/*.test.ts'],
    globalSetup: ['test/package/installation.ts'],
    testTimeout: 300_000,
    hookTimeout: 600_000,
    fileParallelism: false,
  },
};

export default defineConfig({
  test: {
    projects: [
      inNode,
      ...(dawn === undefined ? [] : [inDawn]),
      ...(native === undefined ? [] : [onNative]),
      ...(chromium === undefined ? [] : [inBrowser]),
      packed,
    ],
  },
});
