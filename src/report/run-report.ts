import type { EpochMetrics } from './epoch-metrics';
import type { Fan } from './fan-chart';

/** The content of a report: plain data, as parsed from JSON. */
export type RunReport = GanReport | MdnRnnReport;

/** JSON represents numbers that are not finite as null. */
export type MaybeNumber = number | null | undefined;

interface CommonReport {
  /** The run folder's name. */
  name: string;
  /** The command that evaluates the run, shown if there is no evaluation yet. */
  evaluateCommand: string;
  settings: Record<string, unknown>;
  /** Settings that were changed when the run was resumed. */
  changes?: readonly { epoch: number; name: string; from?: unknown; to?: unknown }[] | undefined;
  /** Versions of the package, libtorch and Node, and everything else that affects the results. */
  environment: Record<string, unknown>;
  /** The records of the epochs, in order. */
  metrics: EpochMetrics[];
}

export interface GanReport extends CommonReport {
  kind: 'gan';
  /** What images it was trained on. */
  images?: string | undefined;
  samples: SamplePicture[];
  scores?: ImageScores;
}

/** Images drawn after an epoch, from the same noise each time. */
export interface SamplePicture {
  epoch: number;
  png: Uint8Array;
}

export interface ImageScores {
  /** "generated" and, for reference, "real" (other real images) and "pixelGaussian" (independent pixels). */
  rows: ImageRow[];
  /** Number of images classified as 0, 1, ... */
  digits?: { generated: number[]; missing: number[] };
  /** How often they are of the class asked for. */
  classes?: ClassScores | undefined;
  /** What is wrong with the generated images. */
  problems: string[];
  /** What the images are compared by; a digit classifier if it is not given. */
  features?: { description: string } | undefined;
  /** The training images that are most similar to generated ones. */
  nearest?: NearestPicture | undefined;
}

export interface ClassScores {
  classes: string[];
  /** Fraction of the generated images, and of other real ones, that a classifier sees as of their class. */
  generated: number;
  real: number;
  /** The same of the generated images of each class. */
  byClass: (number | null)[];
}

export interface NearestPicture {
  /** Number of generated images that were looked at. */
  count: number;
  /** Fraction of them that are copies of training images. */
  copies: number;
  /** Fraction of other real images that are. */
  copiesOfReal: number;
  /** PNG: generated images in the first row, below each its nearest training images. */
  picture: Uint8Array;
}

export interface ImageRow {
  name: string;
  count: number;
  frechet: MaybeNumber;
  kid?: MaybeNumber;
  kidDeviation?: MaybeNumber;
  /** Fraction of the images that look real. */
  precision: MaybeNumber;
  /** Fraction of the real images that could be among these. */
  recall: MaybeNumber;
  /** Variety relative to real images. */
  diversity: MaybeNumber;
}

export interface MdnRnnReport extends CommonReport {
  kind: 'mdn-rnn';
  forecasts: { name: string; fan: Fan }[];
  /** Number of series that the model was trained on. */
  numSeries: number;
  /** What the training chose between. */
  candidates?: readonly ForecastCandidate[];
  /** Why there is no forecast, if so. */
  noForecast?: string;
  scores?: ForecastScores;
}

/** A way to see series, and how forecasts from it did. */
export interface ForecastCandidate {
  link: string;
  season: number;
  score?: MaybeNumber;
  isChosen: boolean;
  ownOf?: string[] | undefined;
}

/** Scores of forecasts of held-out values. */
export interface ForecastScores {
  /** Nominal levels of the `coverage` of each row. */
  coverageLevels: readonly number[];
  oneStep: {
    count: number;
    nll: MaybeNumber;
    crps: MaybeNumber;
    coverage: MaybeNumber[];
    pit: { histogram: number[]; pValue: MaybeNumber };
  };
  backtest: {
    horizon: number;
    season: number;
    numForecasts: number;
    rows: ForecasterScores[];
    /** Set if there are several series. */
    bySeries?: { name: string; rows: ForecasterScores[] }[];
  };
}

export interface ForecasterScores {
  /** "model" or the name of a baseline. */
  name: string;
  crps: MaybeNumber;
  pinball: MaybeNumber;
  mase: MaybeNumber;
  coverage: MaybeNumber[];
}
