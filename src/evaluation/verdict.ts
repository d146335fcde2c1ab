import type { BacktestRow } from './backtest';
import type { ForecastEvaluation } from './evaluate-forecasts';

/** Names of the model and the baselines in sentences. */
export const FORECASTER_NAMES: Record<BacktestRow['name'], string> = {
  model: 'model',
  naive: 'naive',
  seasonalNaive: 'seasonal naive',
  drift: 'drift',
};

/** "12 steps ahead on held-out data, CRPS: model 0.46, naive 1.36, seasonal naive 1.67, drift 1.37" */
export function backtestLine({ backtest: { horizon, rows } }: ForecastEvaluation): string {
  const scores = rows.map(({ name, crps }) => `${FORECASTER_NAMES[name]} ${short(crps)}`);
  return `${horizon} ${horizon === 1 ? 'step' : 'steps'} ahead on held-out data, CRPS: ${scores.join(', ')}`;
}

/** "naive, seasonal naive and drift": the baselines that have a lower CRPS than the model. */
export function baselinesLostTo({ lostTo }: Pick<ForecastEvaluation, 'lostTo'>): string {
  return new Intl.ListFormat('en-GB').format(lostTo.map((name) => FORECASTER_NAMES[name]));
}

/** A warning with the scores, if a naive forecast has a lower CRPS than the model. */
export function lossWarning(evaluation: ForecastEvaluation): string | undefined {
  const { lostTo, backtest } = evaluation;
  if (lostTo.length === 0) return undefined;
  const [own, ...baselines] = backtest.rows.map(({ crps }) => crps);
  const forecasts = lostTo.length > 1 ? 'forecasts' : 'forecast';
  const scores = `CRPS ${short(own!)}, the best naive forecast ${short(Math.min(...baselines))}`;
  return `The model loses to the ${baselinesLostTo(evaluation)} ${forecasts} on held-out data (${scores})`;
}

function short(value: number): string {
  return String(Number(value.toPrecision(3)));
}
