import type { Figures } from './figures';
import { enumerate } from './format';
import { Html, html } from './html';
import { classHistogram, frechetChart } from './image-charts';
import type { GanReport, ImageScores, SamplePicture } from './run-report';

/** What the GAN draws, and how good it is. */
export function ganSections({ samples, scores, evaluateCommand }: GanReport, figures: Figures): Html {
  return html`<section>
<h2>Samples</h2>
${samples.length > 0 ? sampleSlider(samples) : html`<p class="hint">No samples were drawn yet.</p>`}
</section>
<section>
<h2>Quality</h2>
${
  scores
    ? quality(scores, figures)
    : html`<p class="hint">Not evaluated yet. Fréchet distance, precision, recall and classes come with <code>${evaluateCommand}</code></p>`
}
</section>
`;
}

/** Without scripts the latest picture is seen. */
function sampleSlider(samples: SamplePicture[]): Html {
  const last = samples.length - 1;
  const control = html`<div class="slider">
<label for="epoch">Training progress</label><output for="epoch">epoch ${samples[last]!.epoch}</output>
<input type="range" id="epoch" min="0" max="${last}" value="${last}" step="1">
<p class="note">Drawn from the same noise after each epoch: move the slider, or use the arrow keys.</p>
</div>`;
  const pictures = samples.map(({ epoch, png }, index) => {
    const source = `data:image/png;base64,${Buffer.from(png).toString('base64')}`;
    const hidden = index === last ? '' : ' hidden';
    return html`<img${new Html(hidden)} data-epoch="${epoch}" alt="Images drawn after epoch ${epoch}" src="${source}">\n`;
  });
  return html`<div class="card samples">
${last > 0 ? control : html`<p>After epoch ${samples[last]!.epoch}</p>`}
<div>${pictures}</div>
</div>
`;
}

function quality(scores: ImageScores, figures: Figures): Html {
  const { frechet, histogram, alarm } = scores;
  const missing = (histogram ?? []).flatMap((bin, index) => (bin === 0 ? [String(index)] : []));
  const warnings = [
    ...(alarm ? [alarm] : []),
    ...(missing.length > 0
      ? [`No sample shows ${missing.length === 1 ? 'class' : 'the classes'} ${enumerate(missing)}.`]
      : []),
  ];
  const charts = [...(frechet ? [frechetChart(frechet)] : []), ...(histogram ? [classHistogram(histogram)] : [])];
  return html`${warnings.map((warning) => html`<p class="verdict warning">${warning}</p>`)}
<div class="grid">${charts.map((chart) => figures.add(chart))}</div>`;
}
