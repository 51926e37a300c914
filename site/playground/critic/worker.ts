import { startBackend } from '../backend/start_backend.js';
import { buildCritic } from './build_critic.js';
import { checkCritic } from './check_critic.js';
import { readCritic } from './critic_text.js';
import { exampleText } from './examples.js';
import { Refusal } from './limits.js';
import type { Order, Report } from './messages.js';
import type { Backend } from './settings.js';
import { rememberStock } from './stock_registry.js';

const post = (report: Report): void => self.postMessage(report);

/** The modules that register tfjs's own kernels. */
const MODULES: Readonly<Record<Backend, () => Promise<unknown>>> = {
  cpu: () => import('@tensorflow/tfjs-backend-cpu'),
  wasm: () => import('@tensorflow/tfjs-backend-wasm'),
  webgl: () => import('@tensorflow/tfjs-backend-webgl'),
  webgpu: () => import('@tensorflow/tfjs-backend-webgpu'),
};

const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);

/** Returns why a backend was not chosen, from the lines of `loadBackend`. */
function reasonOf(error: unknown, backend: Backend): string {
  const start = `- ${backend}: `;
  const lines = messageOf(error).split('\n');
  const line = lines.find((one) => one.startsWith(start))?.slice(start.length) ?? lines[0]!;
  return line.replace(/ Pass software\w+: true to use it/, ' Choose “also on a software GPU”');
}

async function carryOut(order: Order): Promise<void> {
  if (order.kind === 'example') {
    await startBackend('cpu');
    return post({ kind: 'example', text: exampleText(order.name) });
  }
  const { run, settings, text } = order;
  const critic = readCritic(text);
  if (run.isStock) await MODULES[run.backend]();
  const restoreStock = run.isStock ? rememberStock(run.backend) : undefined;
  try {
    const backend = await startBackend(run.backend, undefined, settings.software);
    post({ kind: 'backend', backend });
  } catch (error) {
    return post({ kind: 'absent', reason: reasonOf(error, run.backend) });
  }
  const model = await buildCritic(critic, settings);
  post({ kind: 'model', weights: model.countParams() });
  const verdicts = await checkCritic(model, critic.inputs, settings, restoreStock);
  post({ kind: 'verdicts', verdicts });
}

self.onmessage = ({ data: order }: MessageEvent<Order>) => {
  carryOut(order).catch((error: unknown) =>
    post({ kind: error instanceof Refusal ? 'refused' : 'error', message: messageOf(error) }),
  );
};
