import type { Chart } from './chart';
import { short } from './format';
import { PAGE_PALETTE } from './palette';
import type { ImageRow } from './run-report';

/** Which classes the samples show: one that is missing has collapsed. */
export function classHistogram(histogram: number[]): Chart {
  const total = histogram.reduce((sum, count) => sum + count, 0);
  const values = histogram.map((count, index) => ({ digit: String(index), part: (100 * count) / total, count }));
  return {
    title: 'Digits',
    description: `Samples by digit: ${values.map((bin) => `${bin.digit}: ${short(bin.part)} %`).join(', ')}.`,
    note: `What a classifier takes ${total.toLocaleString('en')} samples for. Bars at the dashed line: all digits alike.`,
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
              { field: 'part', type: 'quantitative', title: 'Part (%)', format: '.1f' },
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

/** What the rows of an image evaluation are of. */
export const IMAGE_ROWS: Record<string, string> = {
  generated: 'this model',
  real: 'other real images',
  pixelGaussian: 'pixel noise',
};

const ROOM_FOR_NUMBERS = 1.35;

/** The distance on its scale, from real images to images of independent pixels. */
export function frechetChart(rows: ImageRow[]): Chart {
  const values = rows.map(({ name, frechet }) => ({ what: IMAGE_ROWS[name] ?? name, distance: frechet }));
  const largest = Math.max(...values.map(({ distance }) => distance ?? 0));
  const domain = values.map(({ what }) => what);
  return {
    title: 'Fréchet distance',
    description: `Fréchet distance to real images: ${values.map(({ what, distance }) => `${what} ${short(distance)}`).join(', ')}.`,
    note: 'Shorter is better: other real images mark what is possible, pixels drawn one by one what is easy.',
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
