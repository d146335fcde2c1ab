import { type ImageSet, partOf } from '../data/image-set';
import { resizedColors, resizedPixels } from '../data/resize';
import { ReLU } from '../nn/activations';
import { Linear } from '../nn/linear';
import { Module } from '../nn/module';
import { Sequential } from '../nn/sequential';
import { noGrad } from '../tensor/autograd';
import { scope } from '../tensor/scope';
import type { Tensor } from '../tensor/tensor';

/** Height and width to which images are resized: MNIST's. */
export const SIZE = 28;
const HIDDEN = 512;
export const BATCH_SIZE = 1000;

/** Units of the last hidden layer, which are the features of an image. */
export const NUM_FEATURES = 64;

/** What a classifier sees of images. */
export type Colors = 'gray' | 'rgb';

/** A net of three linear layers that classifies images; its last hidden layer provides features. */
export class ImageClassifier extends Module {
  readonly hidden: Sequential;
  readonly output: Linear;

  constructor(
    readonly colors: Colors,
    numClasses: number,
  ) {
    super();
    const numPixels = (colors === 'gray' ? 1 : 3) * SIZE * SIZE;
    this.hidden = new Sequential(
      new Linear(numPixels, HIDDEN),
      new ReLU(),
      new Linear(HIDDEN, NUM_FEATURES),
      new ReLU(),
    );
    this.output = new Linear(NUM_FEATURES, numClasses);
  }

  /** Maps pixels (B, P) in [0, 1] to logits (B, classes). */
  forward(pixels: Tensor): Tensor {
    return this.output.forward(this.hidden.forward(pixels));
  }

  /** Returns images from `start` up to `end` as it sees them: (B, P) in [0, 1]. */
  pixelsOf(images: ImageSet, start: number, end: number): Tensor {
    if (this.colors === 'gray') return resizedPixels(images, SIZE, start, end);
    return resizedColors(partOf(images, start, end), { height: SIZE, width: SIZE }).flatten(1);
  }

  /** Returns the number of each image's class. */
  classify(images: ImageSet): Int32Array {
    const classes = new Int32Array(images.count);
    for (let start = 0; start < images.count; start += BATCH_SIZE) {
      const end = Math.min(start + BATCH_SIZE, images.count);
      const found = scope(() =>
        noGrad(() =>
          this.forward(this.pixelsOf(images, start, end))
            .argmax(1)
            .toArray(),
        ),
      );
      classes.set(Array.from(found, Number), start);
    }
    return classes;
  }
}
