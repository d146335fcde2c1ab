import type { Forecast } from '../../data/forecast';
import { fanChart } from '../../report/fan-chart';
import { count } from '../../report/format';
import type { ModelAnswer } from '../answers';
import type { ModelExample } from '../model-example';
import { get, post } from './api';
import { showCharts } from './figure';
import { element, fill, live } from './form';

/** The interval of 80 and 50 %, and the median. */
const QUANTILES = [0.1, 0.25, 0.5, 0.75, 0.9];
const HORIZON = 12;
/** Length of the drawn history relative to the forecast. */
const HISTORY_A_FORECAST = 5;

const SEASONS = Array.from({ length: 72 }, (_, month) => 100 + month / 2 + 15 * Math.sin((month * Math.PI) / 6));
const STEPS = Array.from({ length: 60 }, (_, week) => 20 + 5 * Math.floor(week / 12) + ((week * 7) % 5));

/** What there is to begin with; the first is the model's own data. */
const EXAMPLES: Record<string, ModelExample> = {
  'Seasons and a trend': { values: rounded(SEASONS) },
  'Rising steps': { values: rounded(STEPS) },
};

/** Connects the part of the page that forecasts. */
export function connectForecasts(models: ModelAnswer[]): void {
  const section = element('#forecasts');
  section.hidden = models.length === 0;
  if (models.length === 0) return;
  const form = element<HTMLFormElement>('form', section);
  const field = <T extends Element = HTMLInputElement>(name: string) => element<T>(`[name=${name}]`, form);
  const [model, example] = [field<HTMLSelectElement>('model'), field<HTMLSelectElement>('example')];
  const values = field<HTMLTextAreaElement>('values');
  let chosen: ModelExample = { values: [] };

  const run = live(form, async (signal) => {
    const numbers = readNumbers(values.value);
    const isExample = values.value === textOf(chosen);
    const horizon = field('horizon').valueAsNumber;
    const body = {
      model: model.value,
      ...(isExample ? chosen : { values: numbers }),
      horizon,
      seed: field('seed').valueAsNumber,
      quantiles: QUANTILES,
    };
    const answer = await post('forecast', body, 'application/json', signal);
    const forecast: Forecast = await answer.json();
    const times = isExample ? chosen.time : undefined;
    showForecast(element('.charts', section), numbers, times, forecast);
    return `${count(forecast.steps.length, 'step')} from ${count(numbers.length, 'value')}.`;
  });
  const choose = async () => {
    const own = await get<ModelExample>(`models/${encodeURIComponent(model.value)}/example`).catch(() => undefined);
    const examples = own ? { [`${model.value}: its own data`]: own, ...EXAMPLES } : EXAMPLES;
    fill(
      example,
      Object.keys(examples).map((name) => ({ value: name, text: name })),
    );
    example.onchange = () => {
      chosen = examples[example.value]!;
      values.value = textOf(chosen);
      const most = mostSteps(chosen, models.find(({ name }) => name === model.value)!);
      field('horizon').value = `${Math.min(HORIZON, Math.max(most, 1))}`;
      run();
    };
    example.onchange(new Event('change'));
  };
  fill(
    model,
    models.map(({ name, columns = [] }) => ({ value: name, text: `${name} (${columns.join(', ')})` })),
  );
  model.onchange = () => void choose();
  void choose();
}

/** Returns how many steps can be forecast from a series, as far as its covariates are known. */
function mostSteps({ values, covariates = {} }: ModelExample, { maxHorizon = Infinity }: ModelAnswer): number {
  return Math.min(maxHorizon, ...Object.values(covariates).map((each) => each.length - values.length));
}

function showForecast(
  part: Element,
  values: (number | null)[],
  times: string[] | undefined,
  { steps, levels }: Forecast,
): void {
  const start = Math.max(values.length - HISTORY_A_FORECAST * steps.length, 0);
  const history = values.slice(start).map((value) => value ?? Number.NaN);
  const quantiles = levels.map((level, index) => ({ level, values: steps.map((step) => step.quantiles[index]!) }));
  const labels = times && [...times.slice(start, values.length), ...steps.map(({ time }) => time ?? '')];
  const last = steps.at(-1)!;
  const [low, , middle, , high] = last.quantiles.map((value) => value.toPrecision(4));
  showCharts(part, [
    {
      title: `${count(steps.length, 'step')} ahead`,
      description: `Step ${last.step} ahead: median ${middle}, 80 % interval from ${low} to ${high}.`,
      ...fanChart({ history, quantiles, ...(labels && { labels }) }, { column: 'Value' }),
    },
  ]);
}

/** Numbers between spaces, commas, semicolons or line ends; a dash, null or NaN is a missing one. */
function readNumbers(text: string): (number | null)[] {
  const words = text.split(/[\s,;]+/).filter(Boolean);
  return words.map((word, index) => {
    if (/^(-|–|null|nan)$/i.test(word)) return null;
    if (Number.isFinite(Number(word))) return Number(word);
    throw new Error(`Expected numbers, but word ${index + 1} is “${word}”`);
  });
}

function textOf({ values }: ModelExample): string {
  return values.map((value) => value ?? '–').join(' ');
}

function rounded(values: number[]): number[] {
  return values.map((value) => Math.round(10 * value) / 10);
}
