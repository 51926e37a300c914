/** The program `in_node.ts BACKEND`: writes one line of JSON for each row. */
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import { loadBackend } from '../../src/backend/load_backend.js';
import { checkAll } from './rows.js';

const backend = process.argv[2]!;
console.warn = () => undefined; // tfjs advises tfjs-node
if (backend === 'webgpu') await loadBackend({ prefer: ['webgpu'], softwareWebGPU: true });
const nativePackage: string = '@tensorflow/tfjs-node'; // its types are not there before `npm run native`
if (backend === 'tensorflow') await import(nativePackage);
await checkAll(backend, (row) => console.log(JSON.stringify(row)));
process.exit(0);
