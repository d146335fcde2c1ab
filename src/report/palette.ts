/** The colours of a chart: CSS colours, or the page's variables, which follow its light and dark modes. */
export interface Palette {
  text: string;
  muted: string;
  grid: string;
  surface: string;
  /** Colours of named lines, distinguishable with any kind of colour vision. */
  series: readonly string[];
  observed: string;
  forecast: string;
  /** Blends the forecast's colour with the surface's: 0 is the surface, 1 the forecast. */
  band(strength: number): string;
}

/** The variables of the style sheet. */
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

/** For separate files, on white. */
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
