export { writeFileAtomic } from './atomic_file.js';
export { loadCheckpoint, saveCheckpoint } from './checkpoint_file.js';
export type { SaveCheckpointOptions } from './checkpoint_file.js';
export { evaluateFolders } from './evaluate/evaluate_folders.js';
export type { EvaluateFoldersOptions, EvaluationProgress } from './evaluate/evaluate_options.js';
export type { Evaluation, LeftOut, Metric, Score } from './evaluate/evaluation.js';
export type { ExtractorSource } from './evaluate/extractor.js';
export { folderImages } from './folder_images.js';
export type { FolderImages, FolderImagesOptions } from './folder_images.js';
export { loadInceptionFeatures } from './inception_file.js';
export { loadLPIPSNetwork } from './lpips_file.js';
export type { LPIPSFiles } from './lpips_file.js';
export { modelFile } from './model_file.js';
export { pairedImages } from './paired_images.js';
export type { PairedFolderOptions } from './paired_images.js';
export { encodePNG, savePNG } from './png.js';
export { renderReport, writeReport } from './report.js';
export type {
  ReportCurve,
  ReportFrame,
  ReportSeries,
  ReportSummary,
  ReportTable,
  RunReport,
} from './run_report.js';
export { trainingImages } from './training_images.js';
export type { TrainingFolderOptions } from './training_images.js';
export { unpairedImages } from './unpaired_images.js';
export type { UnpairedFolderOptions } from './unpaired_images.js';
