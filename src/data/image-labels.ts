import { formatError } from '../errors';
import type { IdxArray } from './idx';
import type { ImageSet } from './image-set';

/** Which class each of some images is of. */
export interface ImageLabels {
  /** (count), the number of each image's class. */
  labels: Int32Array;
  /** The names of the classes, by number. */
  classes: readonly string[];
}

/** Adds classes to images. */
export function withLabels(images: ImageSet, { labels, classes }: ImageLabels): ImageSet {
  const { source } = images;
  const description = `${source?.description}, ${classes.length.toLocaleString('en')} classes`;
  return { ...images, labels, classes, source: source && { ...source, description } };
}

const MOST_NAMES = 3;

/**
 * Returns the classes of pictures: the folders that they are in, below the one that all are in.
 *
 * @param names where they are in `source`
 * @throws ERR_DATA_FORMAT if they are not in two folders or more, or one is beside these
 */
export function labelsOfFolders(source: string, names: readonly string[]): ImageLabels {
  const paths = names.map((name) => name.split(/[/\\]/));
  let depth = 0;
  while (paths.every((path) => path.length > depth + 1 && path[depth] === paths[0]![depth])) depth++;
  const beside = names.filter((_, index) => paths[index]!.length <= depth + 1);
  if (beside.length > 0) {
    const shown = beside.slice(0, MOST_NAMES).join(', ') + (beside.length > MOST_NAMES ? ', ...' : '');
    const where =
      beside.length === names.length
        ? 'all are in one folder'
        : `${shown} ${beside.length === 1 ? 'is' : 'are'} beside those`;
    throw formatError(`Expected the images of each class in a folder of its own in ${source}, but ${where}`);
  }
  const folders = paths.map((path) => path[depth]!);
  const classes = [...new Set(folders)].sort();
  const numbers = new Map(classes.map((name, number) => [name, number]));
  return { labels: Int32Array.from(folders, (folder) => numbers.get(folder)!), classes };
}

/** Returns the classes of MNIST's images, which are named by their numbers. @throws ERR_DATA_FORMAT */
export function labelsOfMnist(dir: string, labels: IdxArray, count: number): ImageLabels {
  const { data } = labels;
  if (data.length !== count)
    throw formatError(`Expected ${count} labels in ${dir}, one per image, but found ${data.length}`);
  const largest = data.reduce((most, label) => Math.max(most, label), 0);
  return { labels: Int32Array.from(data), classes: Array.from({ length: largest + 1 }, (_, number) => `${number}`) };
}
