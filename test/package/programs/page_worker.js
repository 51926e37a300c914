import { report } from './page_training.js';

void report();
