export type { LPIPSBackbone } from '../models/lpips_backbone.js';
export type { ClassMap } from './class_map.js';
export { classShares } from './classifier/class_shares.js';
export { classifierConfidence } from './classifier/classifier_confidence.js';
export type {
  ClassifierConfidence,
  ClassifierConfidenceOptions,
} from './classifier/classifier_confidence.js';
export { inceptionScore } from './classifier/inception_score.js';
export type { InceptionScoreOptions, SplitScore } from './classifier/inception_score.js';
export { modeCoverage } from './classifier/mode_coverage.js';
export type { ModeCoverage, ModeCoverageOptions } from './classifier/mode_coverage.js';
export { featureExtractor } from './feature_extractor.js';
export type { FeatureExtractorOptions, Features, GraphModelLike } from './feature_extractor.js';
export type { FeatureSets } from './feature_sets.js';
export { FeatureStatistics } from './gaussian/feature_statistics.js';
export type {
  FeatureStatisticsJSON,
  GaussianStatistics,
  StreamOptions,
} from './gaussian/feature_statistics.js';
export { frechetDistance } from './gaussian/frechet_distance.js';
export { decodeStatisticsNPZ, encodeStatisticsNPZ } from './gaussian/statistics_npz.js';
export { inceptionFeatures, InceptionFeatures } from './inception/inception_features.js';
export type { InceptionFeaturesOptions, InceptionOutputs } from './inception/inception_features.js';
export type { PixelRange, Quantization } from './inception/prepare_inception_images.js';
export { scoreNames } from './inception/score_names.js';
export type { InceptionName, ScoreNames } from './inception/score_names.js';
export { kernelDistance } from './kernel/kernel_distance.js';
export type { KernelDistance, KernelDistanceOptions } from './kernel/kernel_distance.js';
export type { SubsetIndices } from './kernel/subsets.js';
export { densityCoverage } from './neighbors/density_coverage.js';
export type { DensityCoverage, DensityCoverageOptions } from './neighbors/density_coverage.js';
export { nearestNeighborDistance } from './neighbors/nearest_neighbor_distance.js';
export type {
  NearestNeighborInputs,
  NearestNeighborOptions,
  NearestNeighbors,
} from './neighbors/nearest_neighbor_distance.js';
export { precisionRecall } from './neighbors/precision_recall.js';
export type { PrecisionRecall, PrecisionRecallOptions } from './neighbors/precision_recall.js';
export { realism } from './neighbors/realism.js';
export type { RealismOptions } from './neighbors/realism.js';
export { precisionRecallCurve } from './prd/precision_recall_curve.js';
export type {
  Histograms,
  PrecisionRecallCurve,
  PrecisionRecallCurveOptions,
} from './prd/precision_recall_curve.js';
export { precisionRecallDistribution } from './prd/precision_recall_distribution.js';
export type {
  ClusterLabels,
  PrecisionRecallDistributionOptions,
} from './prd/precision_recall_distribution.js';
export type { HostRows, Rows } from './rows.js';
export { confusionMatrix } from './segmentation/confusion_matrix.js';
export type { ConfusionMatrix, ConfusionMatrixOptions } from './segmentation/confusion_matrix.js';
export { fcnScore } from './segmentation/fcn_score.js';
export type {
  FCNScore,
  FCNScoreOptions,
  LabelledImages,
  Segmenter,
} from './segmentation/fcn_score.js';
export { segmentationScores } from './segmentation/segmentation_scores.js';
export type {
  SegmentationScores,
  SegmentationScoresOptions,
} from './segmentation/segmentation_scores.js';
export type { ImagePairs, ImageScores } from './similarity/image_pairs.js';
export { lpipsNetwork, LPIPSNetwork } from './similarity/lpips_network.js';
export type { LPIPSNetworkOptions } from './similarity/lpips_network.js';
export { peakSignalToNoiseRatio } from './similarity/peak_signal_to_noise_ratio.js';
export type { PeakSignalToNoiseRatioOptions } from './similarity/peak_signal_to_noise_ratio.js';
export { perceptualDistance } from './similarity/perceptual_distance.js';
export type { PerceptualDistanceOptions, TensorPairs } from './similarity/perceptual_distance.js';
export { structuralSimilarity } from './similarity/structural_similarity.js';
export type { StructuralSimilarityOptions } from './similarity/structural_similarity.js';
export type { WeightsFile } from './weights_file.js';
