/// <reference lib="esnext.disposable" preserve="true" />
export type { CalendarCycle } from './data/calendar';
export type { Categories, CovariateColumns } from './data/covariates';
export { type MissingValues, readCsvColumns, readCsvHeader } from './data/csv';
export { DataLoader, type DataLoaderOptions, type EpochCursor, type Rows } from './data/data-loader';
export type { DecimalSign } from './data/decimals';
export type { Encoding } from './data/encoding';
export type { Forecast, ForecastOptions, ForecastStep } from './data/forecast';
export type { PathOptions } from './data/forecast-options';
export { type Ahead, ForecastStream, type PushOptions, type StreamState } from './data/forecast-stream';
export { Forecaster } from './data/forecaster';
export { type IdxArray, readIdx } from './data/idx';
export type { Channels, ImageSource } from './data/image-set';
export {
  type ImageColor,
  type ImageSet,
  type ReadImagesOptions,
  readImages,
  readTestImages,
  samplesToImages,
} from './data/images';
export type { CovariateScale } from './data/known-inputs';
export type { Link, LinkName } from './data/link';
export { findMnist, type MnistPart, readMnistImages, readMnistLabels } from './data/mnist';
export { type NamedSeries, namedSeries } from './data/named-series';
export type { NextOptions, NextValue } from './data/next-value';
export type { Numbers } from './data/numbers';
export type { ScalingKind, ScalingState } from './data/scaling';
export { readSeries, type Series, type SeriesSource } from './data/series';
export { type History, SeriesEncoding, type SeriesEncodingOptions, type Windows } from './data/series-encoding';
export type { LinkState, SeriesEncodingState } from './data/series-encoding-state';
export type { SeriesLike } from './data/series-like';
export {
  type SmoothedHistory,
  SmoothingEncoding,
  type SmoothingEncodingOptions,
  type SmoothingEncodingState,
} from './data/smoothing-encoding';
export { TimeAxis, type TimeAxisOptions } from './data/time-axis';
export { Scaler, slidingWindows } from './data/time-series';
export type { TimeStep } from './data/time-step';
export { type ErrorCode, LibtorchGenerativeError } from './errors';
export type { Backtest, BacktestRow, LeftOut } from './evaluation/backtest';
export type { ClassAccuracy } from './evaluation/class-accuracy';
export type { SampleVariety } from './evaluation/collapse';
export type { DigitClassifierOptions } from './evaluation/digit-classifier-cache';
export {
  evaluateForecasts,
  type ForecastEvaluation,
  type ForecastEvaluationOptions,
} from './evaluation/evaluate-forecasts';
export {
  evaluateImages,
  type ImageEvaluation,
  type ImageEvaluationOptions,
  type ImageScores,
} from './evaluation/evaluate-images';
export type { FeatureInfo } from './evaluation/image-features';
export type { NearestComparison, NearestImages } from './evaluation/nearest-images';
export type { OneStepScores, Pit } from './evaluation/one-step';
export { mixtureCrps, pinballLoss, sampleCrps } from './evaluation/scores';
export { testUniformity, type Uniformity } from './evaluation/uniformity';
export { ConditionalGenerator, type ConditionalGeneratorOptions } from './models/conditional-generator';
export {
  DcganDiscriminator,
  type DcganDiscriminatorOptions,
  DcganGenerator,
  type DcganGeneratorOptions,
} from './models/dcgan';
export { Discriminator, type DiscriminatorOptions } from './models/discriminator';
export { forecastPaths, pathQuantiles } from './models/forecast';
export type { ForecastPathsOptions } from './models/forecast-options';
export { Generator, type GeneratorOptions } from './models/generator';
export { MdnRnn, type MdnRnnOptions, type MdnRnnStep } from './models/mdn-rnn';
export { Mixture, type MixtureOptions, mixtureNll } from './models/mixture';
export { exportOnnx, type OnnxExportable } from './models/onnx';
export { ProjectionDiscriminator, type ProjectionDiscriminatorOptions } from './models/projection-discriminator';
export {
  ResnetDiscriminator,
  type ResnetDiscriminatorOptions,
  ResnetGenerator,
  type ResnetGeneratorOptions,
} from './models/resnet-gan';
export type { SampleDiscriminator } from './models/sample-discriminator';
export { type InterpolationOptions, SampleGenerator, type SampleOptions } from './models/sample-generator';
export type { DType, TypedArray } from './native/handle';
export type { Libtorch } from './native/libtorch';
export { libtorchInUse } from './native/load';
export { LeakyReLU, ReLU, Sigmoid, Tanh } from './nn/activations';
export { Adam, type AdamOptions } from './nn/adam';
export { AvgPool2d, type AvgPool2dOptions } from './nn/avg-pool2d';
export { BatchNorm2d, type BatchNorm2dOptions } from './nn/batch-norm2d';
export { clipGradNorm } from './nn/clip-grad-norm';
export { ConvTranspose2d, type ConvTranspose2dOptions } from './nn/conv-transpose2d';
export { Conv2d, type Conv2dOptions } from './nn/conv2d';
export { type Augmentation, type DiffAugmentOptions, diffAugment } from './nn/diff-augment';
export { Ema, type EmaOptions } from './nn/ema';
export { Embedding } from './nn/embedding';
export { GRU, type GRUOptions, type GRUOutput } from './nn/gru';
export type { Size2d } from './nn/image-sizes';
export { Linear, type LinearOptions } from './nn/linear';
export { bceLoss, bceWithLogitsLoss, type Loss, mseLoss } from './nn/losses';
export { Layer, Module } from './nn/module';
export { ModuleDict } from './nn/module-dict';
export { ModuleList } from './nn/module-list';
export type { FloatDType, ModuleTarget } from './nn/module-target';
export { Parameter, type ParameterOptions } from './nn/parameter';
export { ReduceLROnPlateau, type ReduceLROnPlateauOptions } from './nn/reduce-lr-on-plateau';
export { Sequential } from './nn/sequential';
export { type NormalizableLayer, type SpectralNormOptions, spectralNorm } from './nn/spectral-norm';
export type { StateDict } from './nn/state-dict';
export { consumePrefixInStateDictIfPresent } from './nn/state-prefix';
export { Upsample, type UpsampleOptions } from './nn/upsample';
export type { Abortable } from './pool/abortable';
export {
  closeInference,
  configureInference,
  type InferenceOptions,
  inferenceStats,
} from './pool/inference';
export type { PoolStats } from './pool/worker-pool';
export { encodeGrid, type GridOptions, writeGrid } from './report/png';
export type { ForecastAnswer, ModelAnswer, SampleAnswer } from './service/answers';
export type { ForecastRequest, ForecastRequestSeries } from './service/forecast-request';
export { httpStatusOf } from './service/http-status';
export type { Problem, ServiceErrorCode } from './service/problem';
export type { SampleRequest } from './service/sample-request';
export { type SetupOptions, setupLibtorch } from './setup/setup-libtorch';
export { type GradOptions, grad, noGrad } from './tensor/autograd';
export {
  arange,
  cat,
  type DataOptions,
  eye,
  full,
  linspace,
  ones,
  onesLike,
  stack,
  type TensorOptions,
  tensor,
  where,
  zeros,
  zerosLike,
} from './tensor/creation';
export { cudaDeviceCount, type Device, numThreads, resolveDevice, setNumThreads } from './tensor/device';
export type { ArrayOf, DTypeOf, FloatOf, SumOf, WithNumber } from './tensor/dtypes';
export type { NestedNumbers } from './tensor/nested-numbers';
export {
  type BernoulliOptions,
  bernoulli,
  getGeneratorState,
  type MultinomialOptions,
  manualSeed,
  multinomial,
  type PermutationOptions,
  RandomGenerator,
  type RandomOptions,
  rand,
  randn,
  randperm,
  setGeneratorState,
} from './tensor/random';
export {
  readSafetensors,
  type Safetensors,
  type WriteSafetensorsOptions,
  writeSafetensors,
} from './tensor/safetensors';
export { emptyCache, keep, type Memory, memory, scope } from './tensor/scope';
export { type Eigendecomposition, type Operand, Tensor, type ValuesAndIndices } from './tensor/tensor';
export type { BackwardOptions } from './tensor/tensor-memory';
export type {
  KeepdimOptions,
  SortOptions,
  ToOptions,
  TopkOptions,
  VarianceOptions,
} from './tensor/tensor-options';
export { type TensorCarrier, tensorsOf } from './tensor/tensors-in';
export type { Candidate } from './training/candidates';
export type { WatchedVariety } from './training/collapse-watch';
export { type DrawImagesOptions, drawGrid, drawImages, drawImagesSync } from './training/draw-images';
export type { EpochTime } from './training/epochs';
export { type ExportFormat, type ExportOptions, exportRun } from './training/export-run';
export type { GanLossName, GanNet, GanPreset, TrainGanOptions } from './training/gan-options';
export type { GanResult } from './training/gan-result';
export type { GanSettings } from './training/gan-settings';
export type { GanLosses } from './training/gan-training';
export {
  type LoadedForecaster,
  type LoadedGenerator,
  type LoadedRun,
  loadDiscriminator,
  loadForecaster,
  loadGenerator,
} from './training/load-run';
export type { InputKind, MdnRnnPreset, TrainMdnRnnOptions } from './training/mdn-rnn-options';
export type { MdnRnnResult } from './training/mdn-rnn-result';
export type { MdnRnnSettings } from './training/mdn-rnn-settings';
export type { Progress, TrainingOptions } from './training/options';
export { type PretrainedForecasterOptions, pretrainedForecaster } from './training/pretrained-forecaster';
export { writeRunReport } from './training/run-report';
export { type GanEpoch, trainGan } from './training/train-gan';
export { type MdnRnnEpoch, type MdnRnnLosses, trainMdnRnn } from './training/train-mdn-rnn';
export type { TrainingRun } from './training/training-run';
export { WatchedRun, type WatchRunOptions, watchRun } from './training/watch-run';
export type { WorkOptions, WorkProgress } from './work';
