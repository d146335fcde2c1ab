import type { ImageSizes, ImageSource } from './image-set';

/** What is left out or changed where images are read. */
export interface Losses {
  /** Number of images in color that are read as gray. */
  grayed: number;
  /** Number of images with a pixel that isn't opaque, which is shown on white. */
  flattened: number;
  /** Number of images that were smaller than asked for. */
  enlarged: number;
  /** Number of images from files with several, of which only the first is read. */
  animated: number;
  /** Number of images from files of 16 bit, and the bits that their values need. */
  deep: number;
  bits: number;
  /** Number of skipped files by kind, such as ".txt". */
  skipped: ReadonlyMap<string, number>;
  /** Names of damaged files, which are skipped too. */
  damaged: readonly string[];
}

export const NO_LOSSES: Losses = {
  grayed: 0,
  flattened: 0,
  enlarged: 0,
  animated: 0,
  deep: 0,
  bits: 16,
  skipped: new Map(),
  damaged: [],
};

const COLORS = { 1: 'gray', 3: 'RGB', 4: 'RGBA' };

/** Describes what was read, and all that was left out or changed. */
export function describeSource({ count, channels, height, width }: ImageSizes, losses: Losses): ImageSource {
  const { grayed, flattened, enlarged, animated, deep, bits, skipped, damaged } = losses;
  const some = (number: number) => (number === count ? '' : `${number.toLocaleString('en')} `);
  const values = bits < 16 ? `${bits}-bit values in 16-bit files` : '16 bit';
  const changes = [
    ...(grayed > 0 ? [`${some(grayed)}RGB read as gray`] : []),
    ...(flattened > 0 ? [`${some(flattened)}with transparency, shown on white`] : []),
    ...(enlarged > 0 ? [`${some(enlarged)}enlarged`] : []),
    ...(animated > 0 ? [`${some(animated)}with several pictures, of which the first is read`] : []),
    ...(deep > 0 ? [`${some(deep)}${values} reduced to 8 bit`] : []),
    ...skippedFiles(skipped, damaged),
  ];
  const images = `${count.toLocaleString('en')} ${count === 1 ? 'image' : 'images'}, ${width} × ${height}`;
  const description = [images, ...(grayed > 0 ? [] : [COLORS[channels]]), ...changes].join(', ');
  return { description, isComplete: changes.length === 0 };
}

const MOST_NAMES = 3;

function skippedFiles(skipped: Losses['skipped'], damaged: readonly string[]): string[] {
  const total = [...skipped.values()].reduce((sum, number) => sum + number, damaged.length);
  if (total === 0) return [];
  const names = damaged.slice(0, MOST_NAMES).join(', ') + (damaged.length > MOST_NAMES ? ', ...' : '');
  const kinds = [...describeKinds(skipped), ...(damaged.length > 0 ? [`${damaged.length} damaged (${names})`] : [])];
  return [`${total.toLocaleString('en')} skipped: ${kinds.join(', ')}`];
}

/** "10 .txt", "2 other files": the most frequent first. */
export function describeKinds(skipped: Losses['skipped']): string[] {
  const sorted = [...skipped].sort(([kind, a], [other, b]) => b - a || (kind < other ? -1 : 1));
  return sorted.map(
    ([kind, number]) => `${number.toLocaleString('en')} ${number === 1 ? kind.replace(/s$/, '') : kind}`,
  );
}
