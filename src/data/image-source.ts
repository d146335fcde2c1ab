/** What images were read from. */
export interface ImageSource {
  /** Such as "3,991 images, 64 × 64, RGB read as gray, 12 skipped: 10 .txt, 2 damaged (a.png, b.png)". */
  description: string;
  /** Whether nothing was skipped or converted. */
  isComplete: boolean;
}

/** What is left out or changed where images are read. */
export interface Losses {
  /** Number of images with a pixel that isn't gray. */
  colored: number;
  /** Number of images with a pixel that isn't opaque. */
  transparent: number;
  /** Number of images from files of 16 bit, and the bits that their values need. */
  deep: number;
  bits: number;
  /** Number of skipped files by kind, such as ".txt" or "folders". */
  skipped: ReadonlyMap<string, number>;
  /** Names of damaged files, which are skipped too. */
  damaged: readonly string[];
}

export const NO_LOSSES: Losses = { colored: 0, transparent: 0, deep: 0, bits: 16, skipped: new Map(), damaged: [] };

/** Describes what was read, and all that was left out or changed. */
export function describeSource(
  { count, height, width }: { count: number; height: number; width: number },
  { colored, transparent, deep, bits, skipped, damaged }: Losses,
): ImageSource {
  const some = (number: number) => (number === count ? '' : `${number.toLocaleString('en')} `);
  const values = bits < 16 ? `${bits}-bit values in 16-bit files` : '16 bit';
  const losses = [
    ...(colored > 0 ? [`${some(colored)}RGB read as gray`] : []),
    ...(transparent > 0 ? [`${some(transparent)}with transparency, which is ignored`] : []),
    ...(deep > 0 ? [`${some(deep)}${values} reduced to 8 bit`] : []),
    ...skippedFiles(skipped, damaged),
  ];
  const images = `${count.toLocaleString('en')} ${count === 1 ? 'image' : 'images'}, ${width} × ${height}`;
  const description = [images, ...(colored > 0 ? [] : ['gray']), ...losses].join(', ');
  return { description, isComplete: losses.length === 0 };
}

const MOST_NAMES = 3;

function skippedFiles(skipped: Losses['skipped'], damaged: readonly string[]): string[] {
  const total = [...skipped.values()].reduce((sum, number) => sum + number, damaged.length);
  if (total === 0) return [];
  const names = damaged.slice(0, MOST_NAMES).join(', ') + (damaged.length > MOST_NAMES ? ', ...' : '');
  const kinds = [...describeKinds(skipped), ...(damaged.length > 0 ? [`${damaged.length} damaged (${names})`] : [])];
  return [`${total.toLocaleString('en')} skipped: ${kinds.join(', ')}`];
}

/** "10 .txt", "2 folders": the most frequent first. */
export function describeKinds(skipped: Losses['skipped']): string[] {
  const sorted = [...skipped].sort(([kind, a], [other, b]) => b - a || (kind < other ? -1 : 1));
  return sorted.map(
    ([kind, number]) => `${number.toLocaleString('en')} ${number === 1 ? kind.replace(/s$/, '') : kind}`,
  );
}
