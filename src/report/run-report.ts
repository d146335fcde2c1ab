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
  /** Of the package, libtorch and Node. */
  versions: Record<string, unknown>;
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
  /** The distance to real images, and the scale for it: real images against others, and a pixel-wise Gaussian. */
  frechet?: { value: MaybeNumber; lower: MaybeNumber; upper: MaybeNumber };
  /** The part of the samples that look real. */
  precision?: MaybeNumber;
  /** The part of the real images that the samples come near. */
  recall?: MaybeNumber;
  /** How many samples a classifier puts into each class. */
  histogram?: number[];
  /** Why the samples lack variety. */
  alarm?: string;
}

export interface MdnRnnReport extends CommonReport {
  kind: 'mdn-rnn';
  series: SeriesReport[];
  /** Why there is no forecast, if there is none. */
  noForecast?: string;
}

export interface SeriesReport {
  name: string;
  forecast?: Fan;
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
  backtest: { horizon: number; season: number; numForecasts: number; rows: ForecasterScores[] };
}

export interface ForecasterScores {
  /** "model" or that of a baseline. */
  name: string;
  crps: MaybeNumber;
  pinball: MaybeNumber;
  mase: MaybeNumber;
  coverage: MaybeNumber[];
}
