import { loadBackend } from 'gan-kit';
import plain from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url';
import simd from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url';
import threaded from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-threaded-simd.wasm?url';
import { quality } from './ring.js';
import { trainRing } from './trainer.js';

const status = document.querySelector('#status');
const canvas = document.querySelector('canvas');

try {
  const { name } = await loadBackend({
    wasmPath: {
      'tfjs-backend-wasm.wasm': plain,
      'tfjs-backend-wasm-simd.wasm': simd,
      'tfjs-backend-wasm-threaded-simd.wasm': threaded,
    },
  });
  status.textContent = `training on ${name} …`;
  const steps = Number(new URLSearchParams(location.search).get('steps') ?? 2500);
  const sample = await trainRing({
    steps,
    tell: ({ step, critic }) => {
      status.textContent = `${name}, step ${step} of ${steps}: critic ${critic.toFixed(3)}`;
    },
  });
  const points = await sample(2000).array();
  const pen = canvas.getContext('2d');
  const scale = canvas.width / 4;
  for (const [x, y] of points) pen.fillRect((x + 2) * scale, (2 - y) * scale, 2, 2);
  const { modes, highQuality } = quality(points);
  const share = `${(100 * highQuality).toFixed(1)} %`;
  status.textContent = `trained on ${name}: ${modes} of 8 modes, ${share} of the samples near one`;
} catch (error) {
  status.textContent = String(error);
}
