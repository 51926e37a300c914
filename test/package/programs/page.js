// A page that trains by itself; with `?worker` in a worker that is a module; with `?registered` on a backend
// that the program has registered before.
import { report } from './page_training.js';

const how = location.search;
if (how === '?registered') await import('@tensorflow/tfjs-backend-wasm');
if (how === '?worker') new Worker(new URL('./page_worker.js', import.meta.url), { type: 'module' });
else void report();
