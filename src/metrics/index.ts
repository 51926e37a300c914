export type { ClassMap } from './class_map.js';
export { classShares } from './class_shares.js';
export { classifierConfidence } from './classifier_confidence.js';
export type { ClassifierConfidence, ClassifierConfidenceOptions } from './classifier_confidence.js';
export { confusionMatrix } from './confusion_matrix.js';
export type { ConfusionMatrix, ConfusionMatrixOptions } from './confusion_matrix.js';
export { densityCoverage } from './density_coverage.js';
export type { DensityCoverage, DensityCoverageOptions } from './density_coverage.js';
export { fcnScore } from './fcn_score.js';
export type { FCNScore, FCNScoreOptions, LabelledImages, Segmenter } from './fcn_score.js';
export { featureExtractor } from './feature_extractor.js';
export type { FeatureExtractorOptions, Features, GraphModelLike } from './feature_extractor.js';
export type { FeatureSets } from './feature_sets.js';
export { FeatureStatistics } from './feature_statistics.js';
export type {
  FeatureStatisticsJSON,
  GaussianStatistics,
  StreamOptions,
} from './feature_statistics.js';
export { frechetDistance } from './frechet_distance.js';
export type { ImagePairs, ImageScores } from './image_pairs.js';
export { inceptionFeatures, InceptionFeatures } from './inception_features.js';
export type { InceptionFeaturesOptions, InceptionOutputs } from './inception_features.js';
export { inceptionScore } from './inception_score.js';
export type { InceptionScoreOptions, SplitScore } from './inception_score.js';
export { kernelDistance } from './kernel_distance.js';
export type { KernelDistance, KernelDistanceOptions } from './kernel_distance.js';
export { lpipsNetwork, LPIPSNetwork } from './lpips_network.js';
export type { LPIPSBackbone } from '../models/lpips_backbone.js';
export type { LPIPSNetworkOptions } from './lpips_network.js';
export { modeCoverage } from './mode_coverage.js';
export type { ModeCoverage, ModeCoverageOptions } from './mode_coverage.js';
export { nearestNeighborDistance } from './nearest_neighbor_distance.js';
export type {
  NearestNeighborInputs,
  NearestNeighborOptions,
  NearestNeighbors,
} from './nearest_neighbor_distance.js';
export { peakSignalToNoiseRatio } from './peak_signal_to_noise_ratio.js';
export type { PeakSignalToNoiseRatioOptions } from './peak_signal_to_noise_ratio.js';
export { perceptualDistance } from './perceptual_distance.js';
export type { PerceptualDistanceOptions, TensorPairs } from './perceptual_distance.js';
export { precisionRecall } from './precision_recall.js';
export type { PrecisionRecall, PrecisionRecallOptions } from './precision_recall.js';
export { precisionRecallCurve } from './precision_recall_curve.js';
export type {
  Histograms,
  PrecisionRecallCurve,
  PrecisionRecallCurveOptions,
} from './precision_recall_curve.js';
export { precisionRecallDistribution } from './precision_recall_distribution.js';
export type {
  ClusterLabels,
  PrecisionRecallDistributionOptions,
} from './precision_recall_distribution.js';
export type { PixelRange, Quantization } from './prepare_inception_images.js';
export { realism } from './realism.js';
export type { RealismOptions } from './realism.js';
export type { HostRows, Rows } from './rows.js';
export { scoreNames } from './score_names.js';
export type { InceptionName, ScoreNames } from './score_names.js';
export { segmentationScores } from './segmentation_scores.js';
export type { SegmentationScores, SegmentationScoresOptions } from './segmentation_scores.js';
export { decodeStatisticsNPZ, encodeStatisticsNPZ } from './statistics_npz.js';
export { structuralSimilarity } from './structural_similarity.js';
export type { StructuralSimilarityOptions } from './structural_similarity.js';
export type { SubsetIndices } from './subsets.js';
export type { WeightsFile } from './weights_file.js';
