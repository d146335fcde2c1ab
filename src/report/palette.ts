/** The colours of a chart: CSS, or names of the page's own, which follow its light and dark. */
export interface Palette {
  text: string;
  muted: string;
  grid: string;
  surface: string;
  /** To tell apart for every kind of colour vision, of lines that are named. */
  series: readonly string[];
  observed: string;
  forecast: string;
  /** The forecast's colour thinned with the surface's: 0 is the surface, 1 the forecast. */
  band(strength: number): string;
}

/** The style sheet's variables. */
export const PAGE_PALETTE: Palette = {
  text: 'var(--text)',
  muted: 'var(--muted)',
  grid: 'var(--grid)',
  surface: 'var(--surface)',
  series: ['var(--blue)', 'var(--orange)', 'var(--green)', 'var(--purple)'],
  observed: 'var(--text)',
  forecast: 'var(--blue)',
  band: (strength) => `color-mix(in srgb, var(--blue) ${Math.round(100 * strength)}%, var(--surface))`,
};

/** On white, for a file of its own. */
export const PRINT_PALETTE: Palette = {
  text: '#1b2430',
  muted: '#5a6675',
  grid: '#e3e7ec',
  surface: '#ffffff',
  series: ['#0072b2', '#c25400', '#00795a', '#a3487a'],
  observed: '#1b2430',
  forecast: '#0072b2',
  band: (strength) => `rgb(${[0, 114, 178].map((channel) => Math.round(255 - strength * (255 - channel))).join(' ')})`,
};
