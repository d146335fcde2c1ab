import type { Fan } from './fan-chart';

/** What a report is made of: plain data, as JSON gives it. */
export type RunReport = GanReport | MdnRnnReport;

/** JSON writes a number that is not finite as null. */
export type MaybeNumber = number | null | undefined;

interface CommonReport {
  /** The run folder's name. */
  name: string;
  /** The command that evaluates the run, for a report without its results. */
  evaluateCommand: string;
  settings: Record<string, unknown>;
  /** The versions of the package, libtorch and Node, and what else the numbers depend on. */
  environment: Record<string, unknown>;
  /** The records of the epochs, in their order. */
  metrics: EpochMetrics[];
}

/** `epoch`, `seconds`, losses and what else a training measures. */
export type EpochMetrics = Record<string, unknown>;

export interface GanReport extends CommonReport {
  kind: 'gan';
  samples: SamplePicture[];
  scores?: ImageScores;
}

/** Images drawn after an epoch, from the same noise each time. */
export interface SamplePicture {
  epoch: number;
  png: Uint8Array;
}

export interface ImageScores {
  /** "generated" and, as a scale for it, "real" (other real images) and "pixelGaussian" (pixels drawn one by one). */
  rows: ImageRow[];
  /** How many images a classifier takes for a 0, a 1, ... */
  digits?: { generated: number[]; missing: number[] };
  /** How the generator has collapsed. */
  collapse?: string;
}

export interface ImageRow {
  name: string;
  count: number;
  frechet: MaybeNumber;
  /** The part of the images that look real. */
  precision: MaybeNumber;
  /** The part of the real images that could be among these. */
  recall: MaybeNumber;
  /** The variety beside real images'. */
  diversity: MaybeNumber;
}

export interface MdnRnnReport extends CommonReport {
  kind: 'mdn-rnn';
  forecasts: { name: string; fan: Fan }[];
  /** All that the model was trained on. */
  numSeries: number;
  /** Why there is no forecast, if there is none. */
  noForecast?: string;
  scores?: ForecastScores;
}

/** Of forecasts of values that the model has not learned from. */
export interface ForecastScores {
  /** Nominal, as of the `coverage` of each row. */
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
    /** If there are several. */
    bySeries?: { name: string; rows: ForecasterScores[] }[];
  };
}

export interface ForecasterScores {
  /** "model" or that of a baseline. */
  name: string;
  crps: MaybeNumber;
  pinball: MaybeNumber;
  mase: MaybeNumber;
  coverage: MaybeNumber[];
}
