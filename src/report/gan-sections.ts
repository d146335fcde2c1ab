import type { Figures } from './figures';
import { capitalize, enumerate, percent, short } from './format';
import { Html, html } from './html';
import { classChart, classHistogram, frechetChart, IMAGE_ROWS } from './image-charts';
import type { GanReport, ImageRow, ImageScores, MaybeNumber, NearestPicture, SamplePicture } from './run-report';

/** Shows the GAN's samples and their quality. */
export function ganSections(report: GanReport, figures: Figures): Html {
  const { samples, scores, metrics } = report;
  const last = metrics.at(-1)?.problem;
  const problems = [...(scores?.problems ?? []), ...(typeof last === 'string' ? [last] : [])];
  return html`<section>
<h2>Samples</h2>
${samples.length > 0 ? sampleSlider(samples) : html`<p class="hint">No samples have been drawn yet.</p>`}
</section>
<section>
<h2>Quality</h2>
${[...new Set(problems)].map((problem) => html`<p class="verdict warning">${capitalize(problem)}.</p>`)}
${scores ? quality(scores, figures) : html`<p class="hint">${howToEvaluate(report)}</p>${digitsOfLastEpoch(report, figures)}`}
</section>
`;
}

function howToEvaluate({ settings, evaluateCommand }: GanReport): Html {
  if (settings.data === 'noise') return html`Trained on noise: there is nothing to compare the samples with.`;
  return html`Not evaluated yet. For Fréchet and kernel distance, precision, recall and the nearest training images, run <code>${evaluateCommand}</code>`;
}

/** Training records the digits if the classifier was cached. */
function digitsOfLastEpoch({ metrics }: GanReport, figures: Figures): Html | undefined {
  const digits = metrics.findLast((epoch) => Array.isArray(epoch.digits))?.digits as number[] | undefined;
  return digits && html`<div class="grid">${figures.add(classHistogram(digits))}</div>`;
}

/** Without scripts, the latest picture is shown. */
function sampleSlider(samples: SamplePicture[]): Html {
  const last = samples.length - 1;
  const control = html`<div class="slider">
<label for="epoch">Training progress</label><output for="epoch">epoch ${samples[last]!.epoch}</output>
<input type="range" id="epoch" min="0" max="${last}" value="${last}" step="1">
<p class="note">Samples drawn from the same noise after each epoch. Move the slider or use the arrow keys.</p>
</div>`;
  const pictures = samples.map(({ epoch, png }, index) => {
    const hidden = index === last ? '' : ' hidden';
    return html`<img${new Html(hidden)} data-epoch="${epoch}" alt="Images drawn after epoch ${epoch}" src="${dataUrl(png)}">\n`;
  });
  return html`<div class="card samples">
${last > 0 ? control : html`<p>After epoch ${samples[last]!.epoch}</p>`}
<div>${pictures}</div>
</div>
`;
}

function dataUrl(png: Uint8Array): string {
  return `data:image/png;base64,${Buffer.from(png).toString('base64')}`;
}

function quality({ rows, digits, classes, features, nearest }: ImageScores, figures: Figures): Html {
  const missing = digits?.missing ?? [];
  const warning = `It rarely draws the ${missing.length === 1 ? 'digit' : 'digits'} ${enumerate(missing)}.`;
  const charts = [
    frechetChart(rows),
    ...(digits ? [classHistogram(digits.generated)] : []),
    ...(classes ? [classChart(classes)] : []),
  ];
  return html`${missing.length > 0 ? html`<p class="verdict warning">${warning}</p>` : undefined}
<div class="grid">${charts.map((chart) => figures.add(chart))}</div>
${imageTable(rows, features?.description ?? 'the features of a classifier of handwritten digits')}
${nearest && nearestImages(nearest)}`;
}

/** Shows whether the generator memorizes. */
function nearestImages({ count, copies, copiesOfReal, picture }: NearestPicture): Html {
  return html`<div class="card nearest">
<div>
<h3>Nearest training images</h3>
<p class="note">First row: of ${count.toLocaleString('en')} samples, those that are most similar to a training image, pixel by pixel. Below each: its three nearest training images. A generator that memorizes draws copies of them.</p>
<p>Copies: ${percent(copies)} of the samples, ${percent(copiesOfReal)} of other real images.</p>
</div>
<div><img alt="Samples, and below each its nearest training images" src="${dataUrl(picture)}"></div>
</div>
`;
}

function imageTable(rows: ImageRow[], features: string): Html {
  return html`<div class="card backtest">
<h3>Comparison with real images</h3>
<p class="note">Compared by ${features}. Fréchet: distance of Gaussians fitted to the features. KID: kernel distance, mean and standard deviation over subsets. Precision: fraction of these images that look real. Recall: fraction of the real images that could be among these. Variety: pixel-wise, relative to real images.</p>
<div class="scroll" tabindex="0" role="region" aria-label="Comparison with real images">
<table>
<thead><tr><th scope="col">Images</th><th scope="col">Number</th><th scope="col">Fréchet</th><th scope="col">KID</th><th scope="col">Precision</th><th scope="col">Recall</th><th scope="col">Variety</th></tr></thead>
<tbody>
${rows.map(
  ({ name, count, frechet, kid, kidDeviation, precision, recall, diversity }) =>
    html`<tr${name === 'generated' ? html` class="own"` : undefined}><th scope="row">${IMAGE_ROWS[name] ?? name}</th><td>${count.toLocaleString('en')}</td><td>${short(frechet)}</td><td>${kernelDistance(kid, kidDeviation)}</td><td>${percent(precision)}</td><td>${percent(recall)}</td><td>${short(diversity)}</td></tr>
`,
)}</tbody>
</table>
</div>
</div>
`;
}

function kernelDistance(mean: MaybeNumber, deviation: MaybeNumber): string {
  return typeof deviation === 'number' ? `${short(mean)} ± ${short(Number(deviation.toPrecision(2)))}` : short(mean);
}
