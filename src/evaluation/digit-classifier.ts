import type { ImageSet } from '../data/image-set';
import { noGrad } from '../tensor/autograd';
import { cat } from '../tensor/creation';
import { scope } from '../tensor/scope';
import type { Tensor } from '../tensor/tensor';
import { BATCH_SIZE, ImageClassifier } from './image-classifier';
import type { SeenImages } from './image-features';

const NUM_DIGITS = 10;

/** Features (N, 64) and classes of images. */
export interface SeenDigits extends SeenImages {
  digits: number[];
}

/** Classifies MNIST's digits. */
export class DigitClassifier extends ImageClassifier {
  /** Accuracy on MNIST's test images, from 0 to 1. */
  accuracy = Number.NaN;

  constructor() {
    super('gray', NUM_DIGITS);
  }

  /** Computes features and counts classes of images, resized to 28 × 28. */
  look(images: ImageSet): SeenDigits {
    return scope(() =>
      noGrad(() => {
        const digits = new Array<number>(NUM_DIGITS).fill(0);
        const features: Tensor[] = [];
        for (let start = 0; start < images.count; start += BATCH_SIZE) {
          const seen = scope(() => {
            const batch = this.hidden.forward(this.pixelsOf(images, start, start + BATCH_SIZE)); // (B, 64)
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
