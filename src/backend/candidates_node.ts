import type { Candidate } from './candidate.js';
import { cpu } from './cpu.js';
import { openDawn } from './dawn.js';
import { importOptional } from './import_backend.js';
import type { ImportModule } from './import_backend.js';
import { tfjsNode } from './tfjs_node.js';
import { wasm } from './wasm.js';
import { wasmInNode } from './wasm_in_node.js';
import { webgpu } from './webgpu.js';

/** Lists the backends of Node, the fastest trainer first, as measured in docs/performance.md. */
export function nodeCandidates(importModule: ImportModule): readonly Candidate[] {
  return [
    tfjsNode('tensorflow-gpu', importModule, { onDevice: true }),
    ...libtensorflowOnProcessors(importModule),
    webgpu(() => openDawn(importModule), importModule),
    wasm(wasmInNode),
    cpu,
  ];
}

/** Lists tfjs-node-gpu without a device, and tfjs-node: the same code and library. */
const libtensorflowOnProcessors = (importModule: ImportModule): readonly Candidate[] => [
  tfjsNode('tensorflow-gpu', importModule),
  tfjsNode('tensorflow', importModule),
];

/** The value of `#candidates` under the `node` condition. */
export const candidates: readonly Candidate[] = nodeCandidates(importOptional);
