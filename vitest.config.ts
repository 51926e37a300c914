import { fileURLToPath } from 'node:url';
import { playwright } from '@vitest/browser-playwright';
import { defineConfig } from 'vitest/config';
import type { TestProjectInlineConfiguration } from 'vitest/config';
import { findGPU } from './test/setup/gpu.js';
import type { GPUSetup } from './test/setup/gpu.js';
import { findNative } from './test/setup/native.js';

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));
const alias = (platform: 'node' | 'browser') => [
  { find: '#candidates', replacement: path(`./src/backend/candidates_${platform}.ts`) },
  { find: '#kernels', replacement: path(`./src/kernels/kernels_${platform}.ts`) },
  { find: /^gan-kit\/(\w+)$/, replacement: path('./src/$1/index.ts') },
  { find: /^gan-kit$/, replacement: path('./src/index.ts') },
];

const EVERY_TEST = ['test/**/*.test.ts'];
/** The suites whose promises hold on every backend; the others in their folders run in Node only. */
const CONTRACTS = [
  'test/{ops,losses,layers,models,parity,penalties,training,metrics}/**/*.test.ts',
  'test/gradients/{input_gradient,ties}.test.ts',
  'test/gradcheck/{repaired_ops,check_gradients}.test.ts',
  'test/kernels/not_a_number.test.ts',
];
/** What the GPU projects leave to the others: a step there takes a hundred times as long, in software. */
const NOT_ON_GPU = [
  // minutes
  'test/models/initialize_by_data.test.ts',
  'test/models/{parameter_counts,translation,progressive,residual}.test.ts', // parity/*_models run the last two here
  'test/parity/{translation_full_width,large_features,inception,residual_steps}.test.ts',
  'test/models/inception_v3.test.ts',
  'test/metrics/{graph_features,inception_features,score_names}.test.ts',
  'test/training/{gan,cycle_gan,pix2pix,independent_samples,out_of_memory}.test.ts',
  'test/training/progressive_gan.test.ts',
  'test/training/{translation_memory,killed_and_resumed,checkpoints,free_sizes}.test.ts',
  'test/training/{natural_types,unnamed_layers}.test.ts',
  // what the host does in the order of a step; systems, gan_on_backends and the parity tests run steps here
  'test/training/{conditions,create_system,image_pool,stacked_gan,unrolled_rules}.test.ts',
  // parity/improved_techniques and parity/semi_supervised run steps here
  'test/training/{feature_matching,historical_average,semi_supervised_gan}.test.ts',
  // whole systems, one after the other; their steps are those of createGAN
  'test/training/{ada_gan,duality_gap}.test.ts',
  // the tape runs through updates as in parity/unrolled_gan, which runs here
  'test/training/unrolled_gan.test.ts',
  'test/layers/unrolled_updates.test.ts',
  // both orders of each op are in gradcheck/repaired_ops, and penalties and additions beside PyTorch in parity
  'test/penalties/random_critics.test.ts',
  'test/training/gan_additions.test.ts',
  // training/systems holds its tensors flat here; the heap is the host's
  'test/penalties/long_run.test.ts',
  // what the host computes from rows; rows, feature_statistics and feature_extractor read them here
  'test/{losses,penalties,metrics}/properties.test.ts',
  'test/losses/stock_kernels.test.ts',
  'test/metrics/{fcn_score,kernel_distance,mode_coverage,paired_images,statistics_bytes}.test.ts',
  'test/metrics/{lpips_network,statistics_npz,neighborhoods,nearest_neighbor_distance}.test.ts',
  'test/metrics/{frechet_distance,precision_recall_distribution,inception_score}.test.ts',
];
/**
 * What runs on webgpu in Chromium, too: a step, numbers beside PyTorch, and NaN. All of it runs on webgpu
 * in Node, on the same shaders, the same library (Dawn) and the same driver.
 */
const IN_BOTH_DAWNS = [
  'test/dawn/replay_promises.test.ts',
  'test/kernels/not_a_number.test.ts',
  'test/losses/{adversarial_losses,reconstruction}.test.ts',
  'test/parity/gradient_penalty.test.ts',
  'test/training/gan_on_backends.test.ts',
];
/**
 * What runs on webgpu in Node, and not on webgl: layers that are made of ops alone, each of which gradcheck/repaired_ops
 * checks on both, what the tape does with them, and whole runs, whose order the host keeps; training/systems and the other
 * parity tests run steps on webgl.
 */
const NOT_IN_PAGES = [
  'test/layers/{recompute,remove_spectral_normalization,virtual_batch_normalization}.test.ts',
  'test/layers/spectral_normalization_gradients.test.ts',
  'test/gradcheck/check_gradients.test.ts',
  'test/parity/{stacked_gan,translation_steps}.test.ts',
  'test/training/{classifier,non_finite_steps,slot_optimizer,slot_paths}.test.ts',
];
/** What `npm run test:unit` leaves to `npm test`: files of four seconds and more, and programs that run whole. */
const SLOW = [
  'test/{bench,docs,examples}/**',
  'test/backend/{load_backend,quiet,sandbox}.test.ts',
  'test/contract/{late_refusals,refusals,thrown_through}.test.ts',
  'test/io/pytorch/damaged_files.test.ts',
  'test/kernels/{conv2d,conv2d_backprop,cpu_conv2d,many_terms,simd_binary}.test.ts',
  'test/layers/{recompute,spectral_normalization_gradients}.test.ts',
  'test/linalg/float64_binary.test.ts',
  'test/metrics/inception_features.test.ts',
  'test/node/atomic_file.test.ts',
  'test/parity/inception.test.ts',
  'test/penalties/{long_run,random_critics}.test.ts',
  'test/training/{gan,gan_additions,killed_and_resumed,systems,translation_memory}.test.ts',
  'test/training/progressive_gan.test.ts',
];
/** What another test proves on libtensorflow, or what would not be about it. */
const NOT_ON_NATIVE = [
  // computes on another backend whatever the project provides
  'test/models/parameter_counts.test.ts',
  'test/parity/{translation_full_width,large_features}.test.ts',
  'test/metrics/score_names.test.ts',
  'test/training/out_of_memory.test.ts',
  'test/{losses,penalties,metrics}/properties.test.ts',
  'test/losses/stock_kernels.test.ts',
  'test/metrics/{kernel_distance,mode_coverage,statistics_npz}.test.ts',
  // states go on to the last bit in training/systems; the kills are about files
  'test/training/{killed_and_resumed,checkpoints}.test.ts',
  // native/memory makes 1,000 steps, and training/systems counts the tensors of each system
  'test/training/translation_memory.test.ts',
  'test/penalties/long_run.test.ts',
  // both orders of each op and block are in gradcheck/repaired_ops, and penalties beside PyTorch in parity
  'test/penalties/random_critics.test.ts',
  // the network computes in parity/inception; here its files are read
  'test/metrics/inception_features.test.ts',
  // what the host does in the order of a step; systems, native/as_wasm and the parity tests run steps
  'test/training/{conditions,create_system,cycle_gan,free_sizes,gan,image_pool}.test.ts',
  'test/training/{pix2pix,progressive_gan,stacked_gan,unrolled_rules}.test.ts',
  // parity/{gan_additions,improved_techniques,logan,semi_supervised,unrolled_gan} run steps
  'test/training/{gan_additions,feature_matching,historical_average}.test.ts',
  'test/training/{latent_gradients,semi_supervised_gan,unrolled_gan}.test.ts',
  // ten steps of other networks: gan_steps; these networks, with all gradients: residual_models
  'test/parity/residual_steps.test.ts',
  // whole systems, one after the other; their steps are those of createGAN
  'test/training/{ada_gan,duality_gap}.test.ts',
];
/**
 * Groups run one after the other, and projects of a group side by side: first the GPU projects, each in one process
 * for all files, because compiling the shaders takes longer than running them; then the others, on all processors.
 */
const IN_ONE_PROCESS = { isolate: false, maxWorkers: 1, sequence: { groupOrder: 1 } };
const ON_ALL_PROCESSORS = { maxWorkers: '100%', sequence: { groupOrder: 2 } };
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

const onCPU = (
  name: string,
  include: string[],
  exclude: string[],
): TestProjectInlineConfiguration => ({
  resolve: { alias: alias('node') },
  test: {
    name,
    include,
    exclude,
    setupFiles: ['test/setup/matchers.ts'],
    provide: { backends: ['cpu', 'wasm'], propertySeed },
    testTimeout: 60_000,
    hookTimeout: 180_000,
    ...ON_ALL_PROCESSORS,
  },
});
/** What limits the heap of wasm before it is loaded, or has modules of its own. */
const ALONE = [
  'test/models/parameter_counts.test.ts',
  'test/layers/virtual_batch_normalization.test.ts',
  'test/training/{ada_gan,feature_matching,gan_additions,historical_average,out_of_memory}.test.ts',
  'test/training/{semi_supervised_gan,stacked_gan,systems,unrolled_gan}.test.ts',
];
const OF_OTHER_PROJECTS = 'test/{package,site,dawn,browser,native}/**';
const inNode = onCPU('node', EVERY_TEST, [...CONTRACTS, OF_OTHER_PROJECTS]);
const alone = onCPU('node alone', ALONE, []);
/** What runs on other backends in one process, too: without a process for each file, whose imports take a second. */
const contracts = onCPU('node contracts', CONTRACTS, ALONE);
contracts.test!.isolate = false;
const inDawn = (dawn: GPUSetup['dawn']): TestProjectInlineConfiguration => ({
  resolve: {
    alias: [
      { find: /^webgpu$/, replacement: path('./test/setup/dawn_module.ts') },
      ...alias('node'),
    ],
  },
  test: {
    name: 'dawn',
    include: [...CONTRACTS, 'test/dawn/**/*.test.ts'],
    exclude: NOT_ON_GPU,
    setupFiles: ['test/setup/matchers.ts', 'test/setup/webgpu_errors.ts'],
    provide: { backends: ['webgpu'], propertySeed },
    env: { ...dawn },
    testTimeout: 120_000,
    hookTimeout: 180_000,
    ...IN_ONE_PROCESS,
  },
});
const onNative = (native: Readonly<Record<string, string>>): TestProjectInlineConfiguration => ({
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
    ...ON_ALL_PROCESSORS,
  },
});
const inBrowser = ({ chromium, dawn }: GPUSetup): TestProjectInlineConfiguration => ({
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
    include: CONTRACTS, // what Vite looks for dependencies in; instances have their own
    exclude: [...NOT_ON_GPU, ...NOT_IN_PAGES],
    setupFiles: ['test/setup/matchers.ts', 'test/setup/webgpu_errors.ts'],
    testTimeout: 120_000,
    hookTimeout: 180_000,
    ...IN_ONE_PROCESS,
    browser: {
      enabled: true,
      headless: true,
      screenshotFailures: false,
      fileParallelism: false,
      instances: [
        {
          browser: 'chromium',
          name: 'webgl in chromium',
          include: [...CONTRACTS, 'test/browser/**/*.test.ts'],
          provide: { backends: ['webgl'], propertySeed },
        },
        {
          browser: 'chromium',
          name: 'webgpu in chromium',
          include: dawn === undefined ? CONTRACTS : IN_BOTH_DAWNS,
          provide: { backends: ['webgpu'], propertySeed },
        },
      ],
      provider: playwright({ launchOptions: { executablePath: chromium!, args: CHROMIUM_FLAGS } }),
    },
  },
});
const packed: TestProjectInlineConfiguration = {
  resolve: { alias: alias('node') },
  test: {
    name: 'package',
    include: ['test/package/**/*.test.ts'],
    globalSetup: ['test/package/installation.ts'],
    testTimeout: 300_000,
    hookTimeout: 600_000,
    ...ON_ALL_PROCESSORS,
  },
};
const site: TestProjectInlineConfiguration = {
  test: {
    name: 'site',
    include: ['test/site/**/*.test.ts'],
    globalSetup: ['test/site/built_site.ts'],
    testTimeout: 180_000, // axe on the longest pages, beside other tests
    hookTimeout: 600_000,
    ...ON_ALL_PROCESSORS,
  },
};

/** The projects of `npm test`: all that this machine has what it takes for. */
function everyProject(): TestProjectInlineConfiguration[] {
  const gpu = findGPU();
  const native = findNative();
  return [
    inNode,
    alone,
    contracts,
    ...(gpu.dawn === undefined ? [] : [inDawn(gpu.dawn)]),
    ...(native === undefined ? [] : [onNative(native)]),
    ...(gpu.chromium === undefined ? [] : [inBrowser(gpu)]),
    packed,
    site,
  ];
}
const quickly = onCPU('unit', EVERY_TEST, [OF_OTHER_PROJECTS, ...SLOW]);

export default defineConfig(({ mode }) => ({
  test: { projects: mode === 'unit' ? [quickly] : everyProject() },
}));
