import { count, duration } from '../../report/format';
import { lossCharts } from '../../report/loss-charts';
import type { ModelAnswer } from '../answers';
import type { ModelMetrics } from '../model-metrics';
import { get } from './api';
import { showCharts } from './figure';
import { element, fill } from './form';

const EVERY_MS = 2000;

/** Connects the part of the page that follows trainings. */
export function connectTrainings(models: ModelAnswer[]): void {
  const section = element('#trainings');
  const status = element('[role=status]', section);
  const model = element<HTMLSelectElement>('[name=model]', section);
  let seen = '';
  let timer: ReturnType<typeof setTimeout> | undefined;
  const follow = async () => {
    clearTimeout(timer);
    try {
      const metrics = await get<ModelMetrics>(`models/${encodeURIComponent(model.value)}/metrics`);
      const state = stateOf(metrics);
      if (state !== seen)
        showCharts(element('.charts', section), lossCharts({ ...metrics, metrics: metrics.epochs } as never));
      if (state !== seen) status.textContent = state;
      seen = state;
    } catch (error) {
      status.textContent = (error as Error).message;
    }
    timer = setTimeout(follow, EVERY_MS);
  };
  const busyFirst = models.toSorted((a, b) => Number(b.isTraining) - Number(a.isTraining));
  fill(
    model,
    busyFirst.map(({ name }) => ({ value: name, text: name })),
  );
  model.onchange = () => {
    seen = '';
    void follow();
  };
  void follow();
}

function stateOf({ name, isTraining, numEpochs, settings, seconds }: ModelMetrics): string {
  const planned = typeof settings.epochs === 'number' ? ` of ${settings.epochs}` : '';
  const done =
    numEpochs === 0 ? 'no epoch has ended yet' : `${count(numEpochs, 'epoch')}${planned} in ${duration(seconds)}`;
  return `${name}: ${isTraining ? 'a training is running' : 'no training is running'}; ${done}.`;
}
