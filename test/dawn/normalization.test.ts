import { describeNormalization } from '../kernels/normalization_contract.js';

describeNormalization('webgpu');
