#!/usr/bin/env bash
# WebGPU in Node (npm webgpu 0.6.2) on SwiftShader: what the memory of a workgroup costs before anything runs.
#
# WGSL says that `var<workgroup>` begins as zeros. The time that createComputePipeline takes grows in proportion to the
# size of that memory, as if a store were compiled for each number: a shader of five lines with 16 KiB of it, which
# every device allows, takes a hundred times as long as one with 256 bytes. A loop that zeroes the same memory by hand
# beside it costs nothing. With Dawn's feature `disable_workgroup_init` both take the same.
#
# What it means: on a software adapter, tiled matrix products spend nine tenths of the first step of a training in
# compiling zeros; tests in continuous integration wait for little else.
#
# Needs a Vulkan driver (VK_ICD_FILENAMES may name that of a Chromium), and ends with 2 without one.
# Ends with 0 while all of it is so, else with 1. Times are of the processor, each the least of three.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes > /dev/null
npm install --silent --no-audit --no-fund webgpu@0.6.2
cat > run.mjs <<'JS'
import { create, globals } from 'webgpu';

Object.assign(globalThis, globals);

async function openDevice(flags) {
  const adapter = await create(flags).requestAdapter();
  if (adapter === null) {
    console.log('no adapter: there is no Vulkan driver');
    process.exit(2);
  }
  return adapter.requestDevice();
}

/** Sums the numbers of a workgroup's memory; `salt` makes each shader a new one. */
const shader = (size, salt, zeroed) => `
var<workgroup> shared_numbers : array<f32, ${size}>;
@group(0) @binding(0) var<storage, read_write> results : array<f32>;
@compute @workgroup_size(16) fn main(@builtin(local_invocation_index) thread : u32) {
  ${zeroed ? `for (var i = thread; i < ${size}u; i += 16u) { shared_numbers[i] = 0.0; }` : ''}
  shared_numbers[thread] = ${salt}.0;
  workgroupBarrier();
  results[thread] = shared_numbers[(thread * 7u) % 16u];
}`;

let salt = 0;
/** Milliseconds of the processor that a pipeline takes. */
function compile(device, size, zeroed = false) {
  const times = [1, 2, 3].map(() => {
    const module = device.createShaderModule({ code: shader(size, ++salt, zeroed) });
    const before = process.cpuUsage();
    device.createComputePipeline({ layout: 'auto', compute: { module, entryPoint: 'main' } });
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000;
  });
  return Math.min(...times);
}

const seen = [];
const see = (what, isSo) => {
  console.log(`${isSo ? 'so' : 'no longer so'}: ${what}`);
  seen.push(isSo);
};
const ms = (time) => `${time.toFixed(1)} ms`;

const usual = await openDevice([]);
compile(usual, 16); // what only the first one needs
const [small, middle, large] = [64, 1024, 4096].map((size) => compile(usual, size));
see(`256 bytes take ${ms(small)}, 4 KiB ${ms(middle)}, 16 KiB ${ms(large)}`, large > 20 * small);
see(`from 4 to 16 KiB the time grows by ${(large / middle).toFixed(1)}`, large > 3 * middle);
const byHand = compile(usual, 4096, true) - large;
see(`a loop that zeroes 16 KiB by hand adds ${ms(byHand)}`, byHand < large / 4);
const without = await openDevice(['enable-dawn-features=disable_workgroup_init']);
compile(without, 16);
const [few, many] = [64, 4096].map((size) => compile(without, size));
see(`without zeros 256 bytes take ${ms(few)}, 16 KiB ${ms(many)}`, many < 3 * few && many < large / 10);
process.exit(seen.every(Boolean) ? 0 : 1);
JS
node run.mjs 2> /dev/null
