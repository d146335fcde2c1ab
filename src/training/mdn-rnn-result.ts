import { Forecaster } from '../data/forecaster';
import { receiveSeries, type SentSeries, sendSeries } from '../data/sent-series';
import type { Series } from '../data/series';
import type { ForecastEvaluation } from '../evaluation/evaluate-forecasts';
import type { MdnRnn } from '../models/mdn-rnn';
import { memoryOf, receiveModel, type SentModel, sendModel } from '../nn/sent-model';
import { withSeed } from '../tensor/random';
import { createMdnRnn, encodingsOf, type MdnRnnSettings } from './mdn-rnn-settings';
import type { Sent } from './worker-protocol';

/** Result of {@link trainMdnRnn}. The model is on the training's device; dispose of it when done. */
export interface MdnRnnResult {
  /** The trained model. */
  model: MdnRnn;
  /** The model with its encoding, to forecast in the data's units. */
  forecaster: Forecaster;
  /** The series read from the file, to forecast from. */
  series: Series[];
  /** The resolved options. */
  settings: MdnRnnSettings;
  /** Scores of the held-out data, as in the run's evaluation.json; undefined without a run folder or enough such data. */
  evaluation?: ForecastEvaluation | undefined;
}

/** An {@link MdnRnnResult} as data; the forecaster follows from the rest. */
export interface SentMdnRnnResult {
  model: SentModel;
  series: SentSeries[];
  settings: MdnRnnSettings;
  evaluation: ForecastEvaluation | undefined;
}

/** Turns a result into data that can go to another thread. */
export function sendMdnRnnResult({ series, settings, evaluation, ...result }: MdnRnnResult): Sent<SentMdnRnnResult> {
  const model = sendModel(result.model);
  return { data: { model, series: series.map(sendSeries), settings, evaluation }, memory: memoryOf(model) };
}

/** Rebuilds the result that another thread has sent. */
export function receiveMdnRnnResult({ settings, evaluation, ...sent }: SentMdnRnnResult): MdnRnnResult {
  const model = withSeed(0, () => createMdnRnn(settings));
  receiveModel(model, sent.model);
  const forecaster = new Forecaster(model, encodingsOf(settings), settings.spread, settings.ownSpread);
  return { model, forecaster, series: sent.series.map(receiveSeries), settings, evaluation };
}
