// Measured: all that runs in a browser.
export * from 'gan-kit';
export * as io from 'gan-kit/io';
export * as layers from 'gan-kit/layers';
export * as losses from 'gan-kit/losses';
export * as metrics from 'gan-kit/metrics';
export * as models from 'gan-kit/models';
export * as penalties from 'gan-kit/penalties';
export * as training from 'gan-kit/training';
