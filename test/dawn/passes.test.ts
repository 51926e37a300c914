import { describePasses } from '../kernels/passes_contract.js';

describePasses('webgpu');
