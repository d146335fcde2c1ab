import type { Chart } from './chart';
import { short } from './format';
import { PAGE_PALETTE } from './palette';
import type { ImageScores } from './run-report';

/** Which classes the samples show: one that is missing has collapsed. */
export function classHistogram(histogram: number[]): Chart {
  const total = histogram.reduce((sum, count) => sum + count, 0);
  const values = histogram.map((count, index) => ({ class: String(index), part: (100 * count) / total, count }));
  return {
    title: 'Classes',
    description: `Samples by class: ${values.map((bin) => `${bin.class}: ${short(bin.part)} %`).join(', ')}.`,
    note: `What a classifier takes ${total.toLocaleString('en')} samples for. Bars at the dashed line: all classes alike.`,
    spec: {
      width: 'container',
      height: 240,
      data: { values },
      layer: [
        {
          mark: { type: 'bar', color: PAGE_PALETTE.series[0] },
          encoding: {
            x: { field: 'class', type: 'nominal', sort: null, title: 'Class', axis: { labelAngle: 0 } },
            y: { field: 'part', type: 'quantitative', title: 'Samples (%)' },
            tooltip: [
              { field: 'class', type: 'nominal', title: 'Class' },
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

/** The distance on its scale, from real images to images of independent pixels. */
export function frechetChart({ value, lower, upper }: NonNullable<ImageScores['frechet']>): Chart {
  const values = [
    { what: 'real images', distance: lower },
    { what: 'this model', distance: value },
    { what: 'pixel-wise Gaussian', distance: upper },
  ];
  const domain = values.map(({ what }) => what);
  return {
    title: 'Fréchet distance',
    description: `Fréchet distance to real images: ${values.map(({ what, distance }) => `${what} ${short(distance)}`).join(', ')}.`,
    note: 'Shorter is better: real images against other real ones mark what is possible, a Gaussian for each pixel what is easy.',
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
        x: { field: 'distance', type: 'quantitative', title: 'Distance to real images', scale: { padding: 44 } },
        color: {
          field: 'what',
          type: 'nominal',
          legend: null,
          scale: { domain, range: [PAGE_PALETTE.muted, PAGE_PALETTE.series[0]!, PAGE_PALETTE.muted] },
        },
      },
    },
  };
}
