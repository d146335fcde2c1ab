import type { Chart } from './chart';
import type { EpochMetrics } from './epoch-metrics';
import { capitalize, short, words } from './format';
import { type LineChartOptions, lineChart } from './line-chart';
import type { RunReport } from './run-report';
import { thin } from './thin';

/** More points would not be visible. */
const MAX_POINTS = 1000;

const NAMES: Record<string, string> = {
  lossD: 'discriminator',
  lossG: 'generator',
  loss: 'training',
  validationLoss: 'validation',
  lr: 'learning rate',
};

/** Fields of a record that are not drawn as curves. */
const NOT_MEASURED = ['epoch', 'seconds'];

/** Draws all losses in one chart, and every other measurement in its own. */
export function lossCharts({ kind, settings, metrics: all }: RunReport): Chart[] {
  const metrics = thin(all, MAX_POINTS);
  const names = measuredNames(all);
  const isLoss = (name: string) => /^loss|Loss$/.test(name);
  const losses = names.filter(isLoss);
  const charts = names
    .filter((name) => !isLoss(name))
    .map((name) => curves(metrics, [name], NAMES[name] ?? words(name)));
  const kept = settings.patience === undefined ? undefined : bestEpoch(all);
  if (losses.length > 0) charts.unshift(lossChart(metrics, losses, lossUnit(kind, settings), kept));
  return charts;
}

function lossChart(metrics: EpochMetrics[], names: string[], unit: string, kept: number | undefined): Chart {
  const mark = kept === undefined ? undefined : { x: kept, name: 'kept' };
  const chart = curves(metrics, names, 'losses', unit, mark);
  return {
    ...chart,
    note: names.includes('validationLoss')
      ? 'Training: last batch of each epoch. Validation: whole validation split.'
      : 'Last batch of each epoch.',
  };
}

function curves(
  metrics: EpochMetrics[],
  names: string[],
  title: string,
  unit = title,
  mark?: LineChartOptions['mark'],
): Chart {
  const lines = names.map((name) => ({
    name: NAMES[name] ?? words(name),
    values: metrics.map((record) => record[name]),
  }));
  const epochs = metrics.map(({ epoch }) => Number(epoch));
  const ends = lines.map(({ name, values }) => `${name} from ${short(values[0])} to ${short(values.at(-1))}`);
  return {
    title: capitalize(title),
    description: `${capitalize(title)} over epochs ${epochs[0]} to ${epochs.at(-1)}: ${ends.join(', ')}.`,
    ...lineChart({
      x: { title: 'Epoch', values: epochs },
      y: { title: capitalize(unit) },
      lines,
      mark,
    }),
  };
}

/** Returns the epoch whose weights early stopping keeps. */
function bestEpoch(metrics: EpochMetrics[]): number | undefined {
  const validated = metrics.filter(({ validationLoss }) => typeof validationLoss === 'number');
  const [best] = validated.toSorted((a, b) => Number(a.validationLoss) - Number(b.validationLoss));
  return best && Number(best.epoch);
}

function measuredNames(metrics: EpochMetrics[]): string[] {
  const names = new Set(metrics.flatMap((record) => Object.keys(record)));
  const isMeasured = (name: string) => metrics.some((record) => Number.isFinite(record[name]));
  return [...names].filter((name) => !NOT_MEASURED.includes(name) && isMeasured(name));
}

function lossUnit(kind: RunReport['kind'], { loss = kind === 'gan' ? 'bce' : 'nll' }: Record<string, unknown>): string {
  const units: Record<string, string> = {
    bce: 'binary cross-entropy (nats)',
    nll: 'negative log-likelihood (nats, scaled values)',
    mse: 'squared error (scaled values)',
  };
  return units[String(loss)] ?? `loss (${loss})`;
}
