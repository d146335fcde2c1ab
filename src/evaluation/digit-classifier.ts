import type { ImageSet } from '../data/image-set';
import { resizedPixels } from '../data/resize';
import { ReLU } from '../nn/activations';
import { Linear } from '../nn/linear';
import { Module } from '../nn/module';
import { Sequential } from '../nn/sequential';
import { noGrad } from '../tensor/autograd';
import { cat } from '../tensor/creation';
import { scope } from '../tensor/scope';
import type { Tensor } from '../tensor/tensor';
import type { SeenImages } from './image-features';

/** MNIST's height and width. */
export const SIZE = 28;
const HIDDEN = 512;
const BATCH_SIZE = 1000;

/** Units of the last hidden layer, which are the features of an image. */
export const NUM_FEATURES = 64;
const NUM_DIGITS = 10;

/** Features (N, 64) and classes of images. */
export interface SeenDigits extends SeenImages {
  digits: number[];
}

/** A net of three linear layers that classifies MNIST's digits; its last hidden layer provides features. */
export class DigitClassifier extends Module {
  readonly hidden: Sequential;
  readonly output: Linear;
  /** Accuracy on MNIST's test images, from 0 to 1. */
  accuracy = Number.NaN;

  constructor() {
    super();
    this.hidden = new Sequential(
      new Linear(SIZE * SIZE, HIDDEN),
      new ReLU(),
      new Linear(HIDDEN, NUM_FEATURES),
      new ReLU(),
    );
    this.output = new Linear(NUM_FEATURES, NUM_DIGITS);
  }

  /** Maps pixels (B, 784) in [0, 1] to logits (B, 10). */
  forward(pixels: Tensor): Tensor {
    return this.output.forward(this.hidden.forward(pixels));
  }

  /** Computes features and classes of images, resized to 28 × 28. */
  look(images: ImageSet): SeenDigits {
    return scope(() =>
      noGrad(() => {
        const digits = new Array<number>(NUM_DIGITS).fill(0);
        const features: Tensor[] = [];
        for (let start = 0; start < images.count; start += BATCH_SIZE) {
          const seen = scope(() => {
            const batch = this.hidden.forward(resizedPixels(images, SIZE, start, start + BATCH_SIZE)); // (B, 64)
            for (const digit of this.output.forward(batch).argmax(1).toArray()) digits[Number(digit)]!++;
            return batch.to({ dtype: 'float64' });
          });
          features.push(seen);
        }
        return { features: cat(features), digits };
      }),
    );
  }
}
