import type { EpochMetrics } from '../../src/report/epoch-metrics';
import { lossCharts } from '../../src/report/loss-charts';
import type { RunReport } from '../../src/report/run-report';

const charts = (metrics: EpochMetrics[], settings = {}) =>
  lossCharts({ kind: 'mdn-rnn', metrics, settings } as RunReport);
const spec = (chart: object) => JSON.stringify(chart);

test('losses share a chart, other measures have one each, and what was never measured none', () => {
  const metrics = [0, 1].map((epoch) => ({
    epoch,
    seconds: 1,
    loss: 2 - epoch,
    validationLoss: null,
    lr: 0.001,
    digits: [1, 2],
    note: 'text',
  }));
  const [losses, lr, ...more] = charts(metrics);
  expect([losses!.title, lr!.title, more]).toEqual(['Losses', 'Learning rate', []]);
  expect(losses!.legend).toBeUndefined();
  expect(losses!.description).toBe('Losses over epochs 0 to 1: training from 2 to 1.');
});

test('with early stopping the epoch is marked whose weights are kept', () => {
  const metrics = [3, 1, 2].map((validationLoss, epoch) => ({ epoch, loss: 1, validationLoss, seconds: 1 }));
  expect(spec(charts(metrics, { patience: 2 })[0]!)).toContain('"values":[{"x":1}]');
  expect(spec(charts(metrics)[0]!)).not.toContain('"values":[{"x":1}]');
});

test('more epochs than can be seen are thinned out', () => {
  const metrics = Array.from({ length: 50_000 }, (_, epoch) => ({ epoch, loss: epoch, seconds: 1 }));
  const [losses] = charts(metrics);
  expect(spec(losses!).length).toBeLessThan(60_000);
  expect(spec(losses!)).toContain('{"x":49999,"y0":49999}');
});

test('the unit is that of the loss that was trained', () => {
  const metrics = [{ epoch: 0, loss: 1, seconds: 1 }];
  expect(spec(charts(metrics, { loss: 'mse' })[0]!)).toContain('Squared error (scaled values)');
  expect(spec(charts(metrics, {})[0]!)).toContain('Negative log-likelihood (nats, scaled values)');
});
