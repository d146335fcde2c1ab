import type { Chart } from './chart';
import { percent, short } from './format';
import { PAGE_PALETTE } from './palette';
import type { ClassScores, ImageRow } from './run-report';

/** Shows the classes of the samples; a missing class indicates mode collapse. */
export function classHistogram(histogram: number[]): Chart {
  const total = histogram.reduce((sum, count) => sum + count, 0);
  const values = histogram.map((count, index) => ({ digit: String(index), part: (100 * count) / total, count }));
  return {
    title: 'Digits',
    description: `Samples by digit: ${values.map((bin) => `${bin.digit}: ${short(bin.part)} %`).join(', ')}.`,
    note: `Classes of ${total.toLocaleString('en')} samples, by a classifier. Bars at the dashed line: all digits equally frequent.`,
    spec: {
      width: 'container',
      height: 240,
      data: { values },
      layer: [
        {
          mark: { type: 'bar', color: PAGE_PALETTE.series[0] },
          encoding: {
            x: { field: 'digit', type: 'nominal', sort: null, title: 'Digit', axis: { labelAngle: 0 } },
            y: { field: 'part', type: 'quantitative', title: 'Samples (%)' },
            tooltip: [
              { field: 'digit', type: 'nominal', title: 'Digit' },
              { field: 'count', type: 'quantitative', title: 'Samples', format: ',' },
              { field: 'part', type: 'quantitative', title: 'Share (%)', format: '.1f' },
            ],
          },
        },
        {
          data: { values: [{}] },
          mark: { type: 'rule', strokeDash: [4, 4] },
          encoding: { y: { datum: 100 / histogram.length, type: 'quantitative' } },
        },
      ],
    },
  };
}

/** Of more classes, those that are drawn worst are shown. */
const MOST_CLASSES = 20;

/** Shows how often samples are of the class that was asked for. */
export function classChart({ classes, generated, real, byClass }: ClassScores): Chart {
  const known = classes.map((name, number) => ({ name, part: byClass[number] ?? null }));
  const drawn = known.flatMap(({ name, part }) => (part === null ? [] : [{ name, part: 100 * part }]));
  const worst = drawn.toSorted((a, b) => a.part - b.part).slice(0, MOST_CLASSES);
  const values = drawn.length > MOST_CLASSES ? worst : drawn;
  const shown = drawn.length > MOST_CLASSES ? `The ${MOST_CLASSES} worst of ${drawn.length} classes. ` : '';
  return {
    title: 'Samples of the class asked for',
    description: `As a classifier sees them: ${values.map(({ name, part }) => `${name}: ${short(part)} %`).join(', ')}.`,
    note: `${shown}As a classifier sees them: ${percent(generated)} of all. Dashed line: ${percent(real)} of other real images.`,
    spec: {
      width: 'container',
      height: 240,
      data: { values },
      layer: [
        {
          mark: { type: 'bar', color: PAGE_PALETTE.series[0] },
          encoding: {
            x: { field: 'name', type: 'nominal', sort: null, title: 'Class', axis: { labelLimit: 80 } },
            y: { field: 'part', type: 'quantitative', title: 'Samples of the class (%)', scale: { domain: [0, 100] } },
            tooltip: [
              { field: 'name', type: 'nominal', title: 'Class' },
              { field: 'part', type: 'quantitative', title: 'Of the class (%)', format: '.1f' },
            ],
          },
        },
        {
          data: { values: [{}] },
          mark: { type: 'rule', strokeDash: [4, 4] },
          encoding: { y: { datum: 100 * real, type: 'quantitative' } },
        },
      ],
    },
  };
}

/** Names of the rows of an image evaluation. */
export const IMAGE_ROWS: Record<string, string> = {
  generated: 'this model',
  real: 'other real images',
  pixelGaussian: 'pixel noise',
};

const ROOM_FOR_NUMBERS = 1.35;

/** Shows the distance on a scale from real images to images of independent pixels. */
export function frechetChart(rows: ImageRow[]): Chart {
  const values = rows.map(({ name, frechet }) => ({ what: IMAGE_ROWS[name] ?? name, distance: frechet }));
  const largest = Math.max(...values.map(({ distance }) => distance ?? 0));
  const domain = values.map(({ what }) => what);
  return {
    title: 'Fréchet distance',
    description: `Fréchet distance to real images: ${values.map(({ what, distance }) => `${what} ${short(distance)}`).join(', ')}.`,
    note: 'Shorter is better. Other real images show what is achievable, independent pixels what is trivial.',
    spec: {
      width: 'container',
      height: 240,
      data: { values },
      layer: [
        { mark: { type: 'bar', height: { band: 0.6 } } },
        {
          mark: { type: 'text', align: 'left', dx: 6 },
          encoding: { text: { field: 'distance', type: 'quantitative', format: '.4~g' } },
        },
      ],
      encoding: {
        y: { field: 'what', type: 'nominal', sort: null, title: null, axis: { labelLimit: 120 } },
        x: {
          field: 'distance',
          type: 'quantitative',
          title: 'Distance to real images',
          scale: { domain: [0, ROOM_FOR_NUMBERS * largest], nice: false },
        },
        color: {
          field: 'what',
          type: 'nominal',
          legend: null,
          scale: {
            domain,
            range: rows.map(({ name }) => (name === 'generated' ? PAGE_PALETTE.series[0]! : PAGE_PALETTE.muted)),
          },
        },
      },
    },
  };
}
