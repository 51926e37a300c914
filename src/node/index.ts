export { evaluateFolders } from './evaluate/evaluate_folders.js';
export type { EvaluateFoldersOptions, EvaluationProgress } from './evaluate/evaluate_options.js';
export type { Evaluation, LeftOut, Metric, Score } from './evaluate/evaluation.js';
export type { ExtractorSource } from './evaluate/extractor.js';
export { writeFileAtomic } from './files/atomic_file.js';
export { loadCheckpoint, saveCheckpoint } from './files/checkpoint_file.js';
export type { SaveCheckpointOptions } from './files/checkpoint_file.js';
export { loadInceptionFeatures } from './files/inception_file.js';
export { loadLPIPSNetwork } from './files/lpips_file.js';
export type { LPIPSFiles } from './files/lpips_file.js';
export { modelFile } from './files/model_file.js';
export { saveAnimation } from './images/animation.js';
export type { SaveAnimationOptions } from './images/animation.js';
export { folderImages } from './images/folder_images.js';
export type { FolderImages, FolderImagesOptions } from './images/folder_images.js';
export { pairedImages } from './images/paired_folder.js';
export type { PairedFolderOptions } from './images/paired_folder.js';
export { encodePNG, savePNG } from './images/png.js';
export { trainingImages } from './images/training_images.js';
export type { TrainingFolderOptions } from './images/training_images.js';
export { unpairedImages } from './images/unpaired_folder.js';
export type { UnpairedFolderOptions } from './images/unpaired_folder.js';
export { csvLog } from './log/csv_log.js';
export type { CSVLog } from './log/csv_log.js';
export type { LogOptions } from './log/log_options.js';
export { tensorBoardLog } from './log/tensor_board_log.js';
export type { TensorBoardLog } from './log/tensor_board_log.js';
export { renderReport, writeReport } from './report/report.js';
export type {
  ReportCurve,
  ReportFrame,
  ReportSeries,
  ReportSummary,
  ReportTable,
  RunReport,
} from './report/run_report.js';
export { interruptSignal } from './run/interrupt_signal.js';
export { runInFolder } from './run/run_in_folder.js';
export type {
  FolderBar,
  FolderExtra,
  FolderPictures,
  FolderRun,
  RunInFolderOptions,
} from './run/run_in_folder_options.js';
