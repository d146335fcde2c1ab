import type { ImageSet } from '../data/image-set';
import type { DigitClassifier, SeenDigits } from './digit-classifier';
import { NUM_FEATURES } from './image-classifier';
import type { ImageFeatures } from './image-features';

/** The last hidden layer of a digit classifier. */
export class DigitFeatures implements ImageFeatures {
  readonly kind = 'digits';
  readonly size = NUM_FEATURES;

  constructor(readonly classifier: DigitClassifier) {}

  get accuracy(): number {
    return this.classifier.accuracy;
  }

  get description(): string {
    return `the features of a classifier with ${(100 * this.accuracy).toFixed(1)} % accuracy on MNIST's test digits`;
  }

  async look(images: ImageSet): Promise<SeenDigits> {
    return this.classifier.look(images);
  }

  dispose(): void {
    this.classifier.dispose();
  }
}
