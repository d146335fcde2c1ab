import { basename } from 'node:path';
import { count, duration, percent, short, words } from './format';
import { type Html, html } from './html';
import type { GanReport, MdnRnnReport, RunReport } from './run-report';

const MODELS: Record<RunReport['kind'], string> = { gan: 'GAN', 'mdn-rnn': 'MDN-RNN' };

/** Summarizes what was trained, on which data and for how long, with the key figures. */
export function header(report: RunReport): Html {
  const { kind, name, settings } = report;
  // A file name is enough here; the settings below include the path.
  const data = typeof settings.data === 'string' ? basename(settings.data) : undefined;
  const columns = [settings.column ?? []].flat().join(', ');
  const images = kind === 'gan' ? report.images : undefined;
  const facts = [MODELS[kind], data, columns, images, trained(report)];
  const tiles = kind === 'gan' ? imageTiles(report) : forecastTiles(report);
  return html`<header>
<h1>${name}</h1>
<p class="subtitle">${facts.filter(Boolean).join(' · ')}</p>
<dl class="tiles">${[...tiles, ...lossTiles(report)].map(
    ({ name, value, note }) =>
      html`<div class="tile"><dt>${name}</dt><dd>${value}${note ? html`<small>${note}</small>` : undefined}</dd></div>\n`,
  )}</dl>
</header>
`;
}

function trained({ metrics, settings }: RunReport): string {
  const asked = settings.epochs;
  const epochs =
    typeof asked === 'number' && asked !== metrics.length
      ? `${metrics.length} of ${asked} epochs`
      : count(metrics.length, 'epoch');
  const seconds = metrics.map((record) => Number(record.seconds ?? 0)).reduce((sum, each) => sum + each, 0);
  return metrics.length > 0 ? `${epochs} in ${duration(seconds)}` : epochs;
}

interface Tile {
  name: string;
  value: string;
  note?: string;
}

function imageTiles({ scores }: GanReport): Tile[] {
  if (!scores) return [];
  const [generated, real, noise] = ['generated', 'real', 'pixelGaussian'].map((row) =>
    scores.rows.find(({ name }) => name === row),
  );
  const { digits } = scores;
  return [
    {
      name: 'Fréchet distance',
      value: short(generated?.frechet),
      note: `real images ${short(real?.frechet)}, pixel noise ${short(noise?.frechet)}`,
    },
    { name: 'Precision', value: percent(generated?.precision), note: 'of the samples look real' },
    { name: 'Recall', value: percent(generated?.recall), note: 'of the real images could be samples' },
    ...(digits
      ? [
          {
            name: 'Digits',
            value: `${digits.generated.length - digits.missing.length} of ${digits.generated.length}`,
            note: 'drawn',
          },
        ]
      : []),
  ];
}

function forecastTiles({ scores }: MdnRnnReport): Tile[] {
  if (!scores) return [];
  const { oneStep, backtest, coverageLevels } = scores;
  const model = backtest.rows.find(({ name }) => name === 'model');
  const widest = coverageLevels.length - 1;
  return [
    { name: 'CRPS, one step', value: short(oneStep.crps), note: `NLL ${short(oneStep.nll)} nats` },
    { name: `CRPS, ${backtest.horizon} steps`, value: short(model?.crps), note: 'lower is better' },
    { name: 'MASE', value: short(model?.mase), note: 'error relative to the seasonal naive’s' },
    {
      name: `In the ${percent(coverageLevels[widest])} interval`,
      value: percent(model?.coverage[widest]),
      note: `${backtest.horizon} steps ahead`,
    },
  ];
}

function lossTiles({ metrics }: RunReport): Tile[] {
  const last = metrics.at(-1) ?? {};
  const names = ['lossD', 'lossG', 'validationLoss'].filter((name) => name in last);
  const named: Record<string, string> = { lossD: 'loss D', lossG: 'loss G' };
  return names.map((name) => ({ name: `Last ${named[name] ?? words(name)}`, value: short(last[name]) }));
}
