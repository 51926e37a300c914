// node node.js, in a project with gan-kit, @tensorflow/tfjs-core and @tensorflow/tfjs-layers
import { loadBackend } from 'gan-kit';
import { trainRing } from './trainer.js';

const { name } = await loadBackend();
console.log(`training on ${name}`);
const steps = Number(process.argv[2] ?? 300);
const tell = ({ step, critic }) => console.log(`step ${step}: critic ${critic.toFixed(3)}`);
const sample = await trainRing({ steps, tell });

const points = await sample(1000).array();
const radius = points.reduce((sum, [x, y]) => sum + Math.hypot(x, y), 0) / points.length;
const octants = new Set(points.map(([x, y]) => Math.round((Math.atan2(y, x) * 4) / Math.PI) & 7));
console.log(
  `mean radius ${radius.toFixed(2)} of 1.41, samples near ${octants.size} of 8 directions`,
);
