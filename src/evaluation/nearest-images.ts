import { type ImageSet, partOf } from '../data/image-set';
import { resizedColors, resizedPixels } from '../data/resize';
import { cat } from '../tensor/creation';
import { scope } from '../tensor/scope';
import type { Tensor } from '../tensor/tensor';
import { squaredDistances } from './manifold';

/** How similar generated images are to single training images. */
export interface NearestComparison {
  /** Number of generated images that were looked at. */
  count: number;
  /** Fraction of them that are copies of a training image. */
  copies: number;
  /** Fraction of other real images that are, as far as training images resemble each other. */
  copiesOfReal: number;
  /** The generated images that are most similar to a training image, at most eight, the most similar first. */
  closest: NearestImages[];
}

/** The training images that are most similar to one image. */
export interface NearestImages {
  /** Number of the image. */
  image: number;
  /** Numbers of the three most similar training images, the nearest first. */
  nearest: number[];
  /**
   * Distance to the nearest training image, relative to the mean distance to the 50 nearest ones: about 1 for a new image,
   * 0 for a copy.
   */
  distance: number;
}

/** Below this distance, an image is a copy of a training image. */
const COPY = 0.5;
/** Number of images that are searched for; enough to see whether a generator memorizes. */
const NUM_SEARCHED = 250;
const NUM_NEIGHBORS = 50;
const NUM_CLOSEST = 8;
/** A few more copies than among real images are chance. */
const MOST_COPIES = 0.04;
const NUM_SHOWN = 3;
/** Larger images are compared at this height and width. */
const MOST_PIXELS = 32;
const BATCH_SIZE = 1000;

/**
 * Finds the training images that are most similar, pixel by pixel, to each of the first 250 images.
 *
 * @returns the images that are most similar to training images first
 * @see https://arxiv.org/abs/2301.13188
 */
export function findNearest(images: ImageSet, training: ImageSet): NearestImages[] {
  const { distances, indices, numNeighbors } = scope(() => {
    const rows = pixelsOf(partOf(images, 0, NUM_SEARCHED));
    const parts: Tensor[] = [];
    for (let start = 0; start < training.count; start += BATCH_SIZE) {
      const batch = partOf(training, start, start + BATCH_SIZE);
      parts.push(scope(() => squaredDistances(rows, pixelsOf(batch))));
    }
    const numNeighbors = Math.min(NUM_NEIGHBORS, training.count);
    const { values, indices } = cat(parts, 1).topk(numNeighbors, 1, { largest: false }); // (N, 50)
    return { distances: values.sqrt().toArray(), indices: indices.toArray(), numNeighbors };
  });
  const found = Array.from({ length: distances.length / numNeighbors }, (_, image) => {
    const neighbors = Array.from(distances.subarray(image * numNeighbors, (image + 1) * numNeighbors), Number);
    const nearest = Array.from(indices.subarray(image * numNeighbors, image * numNeighbors + NUM_SHOWN), Number);
    return { image, nearest: nearest.slice(0, numNeighbors), distance: ofMean(neighbors) };
  });
  return found.sort((a, b) => a.distance - b.distance);
}

/** Returns the first distance relative to the mean of all; 1 if all are 0. */
function ofMean(distances: number[]): number {
  const sum = distances.reduce((a, b) => a + b);
  return sum > 0 ? (distances[0]! * distances.length) / sum : 1;
}

/** Compares generated images with the training images, and other real images with their reference. */
export function compareNearest(
  { generated, real }: { generated: ImageSet; real: ImageSet },
  { others, reference }: { others: ImageSet; reference: ImageSet },
): NearestComparison {
  const found = findNearest(generated, real);
  return {
    count: found.length,
    copies: shareOfCopies(found),
    copiesOfReal: shareOfCopies(findNearest(others, reference)),
    closest: found.slice(0, NUM_CLOSEST),
  };
}

function shareOfCopies(found: readonly NearestImages[]): number {
  return found.filter(({ distance }) => distance < COPY).length / found.length;
}

/** Describes a generator that draws training images rather than new ones. */
export function memorizingProblem({ copies, copiesOfReal }: NearestComparison): string[] {
  if (copies <= copiesOfReal + MOST_COPIES) return [];
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
  return [
    `the generator memorizes: ${percent(copies)} of the samples are copies of training images (${percent(copiesOfReal)} of other real images)`,
  ];
}

/** Returns pixels (B, P) in [0, 1]. */
function pixelsOf(set: ImageSet): Tensor {
  const size = Math.min(MOST_PIXELS, Math.max(set.height, set.width));
  if (set.channels === 1) return resizedPixels(set, size, 0, set.count);
  return scope(() => resizedColors(set, { height: size, width: size }).flatten(1));
}
