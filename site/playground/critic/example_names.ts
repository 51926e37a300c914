/** The critics that a visitor may choose instead of pasting one. */
export const EXAMPLES = {
  dcgan: 'DCGAN’s critic',
  spectral: 'SN-GAN’s: spectral normalization',
  projection: 'A projection discriminator with labels',
  stock: 'Layers of TensorFlow.js alone',
  fault: 'A critic with a fault: log-softmax',
} as const;

export type ExampleName = keyof typeof EXAMPLES;
