// The page: it shows what the worker tells, and passes on what is clicked.
import type { Order, Report } from './worker.js';

const find = <Found extends Element>(selector: string): Found => document.querySelector(selector)!;
const train = find<HTMLButtonElement>('#train');
const anew = find<HTMLButtonElement>('#anew');
const status = find('[role=status]');
const backend = find('#backend');
const pen = find<HTMLCanvasElement>('canvas').getContext('2d')!;

const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
const order = (one: Order): void => worker.postMessage(one);
const steps = Number(new URLSearchParams(location.search).get('steps') ?? 2000);
let [step, kept] = [0, 0];

worker.onmessage = ({ data: report }: MessageEvent<Report>) => {
  switch (report.kind) {
    case 'backend': {
      const why = crossOriginIsolated ? '' : ', as this page is not cross-origin isolated';
      backend.textContent = `Computes on ${report.name} (${report.device}${why}).`;
      return;
    }
    case 'picture':
      pen.putImageData(report.picture, 0, 0);
      step = report.step;
      break;
    case 'kept':
      kept = report.step;
      break;
    case 'waiting':
      kept = report.step;
      train.textContent = kept > 0 ? 'Go on' : 'Train';
      train.disabled = kept >= steps;
      anew.disabled = kept === 0;
      break;
    case 'forgotten':
      return location.reload();
    case 'busy':
      status.textContent = 'Open in another tab; close that one to go on here.';
      return;
    case 'error': // for instance a checkpoint of other networks
      status.textContent = report.message;
      anew.disabled = false;
      return;
  }
  status.textContent = `Step ${step} of ${steps}; kept: step ${kept}`;
};
worker.onerror = ({ message }) => (status.textContent = message);

train.onclick = () => {
  const isRunning = train.textContent === 'Pause';
  order(isRunning ? { kind: 'pause' } : { kind: 'train', steps });
  train.textContent = 'Pause';
  train.disabled = isRunning; // until the worker says that it waits
  anew.disabled = true;
};
anew.onclick = () => order({ kind: 'anew' });
