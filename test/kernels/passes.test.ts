import { describeNormalization } from './normalization_contract.js';
import { describePasses } from './passes_contract.js';

describeNormalization('wasm');
describePasses('wasm');
