import type { ImageSet } from '../data/image-set';
import { Adam } from '../nn/adam';
import { grad } from '../tensor/autograd';
import { cat, stack, tensor } from '../tensor/creation';
import { onOneThread } from '../tensor/device';
import { RandomGenerator, rand, randperm, withSeed } from '../tensor/random';
import { scope } from '../tensor/scope';
import type { Tensor } from '../tensor/tensor';
import { ImageClassifier, SIZE } from './image-classifier';

const SEED = 0;
const BATCH_SIZE = 128;
const LR = 2e-3;
/** Maximum random shift of an image in each direction, in pixels, against overfitting. */
const SHIFT = 1;
/** Epochs of a large set, and steps of a small one. */
const [FEWEST_EPOCHS, FEWEST_STEPS] = [8, 1500];
/** Images that are resized together. */
const AT_ONCE = 1000;

/**
 * Trains a classifier on images whose classes are known, which takes some seconds. It uses one thread, so that the result
 * does not depend on the number of threads, and leaves the thread's random number generator unchanged.
 */
export function trainImageClassifier(images: ImageSet, numClasses: number): ImageClassifier {
  const classifier = withSeed(SEED, () => new ImageClassifier(images.channels === 1 ? 'gray' : 'rgb', numClasses));
  const epochs = Math.max(FEWEST_EPOCHS, Math.ceil(FEWEST_STEPS / Math.max(1, Math.floor(images.count / BATCH_SIZE))));
  onOneThread(() =>
    scope(() => learn(classifier, bytesOf(images, classifier), tensor(images.labels!, { dtype: 'int64' }), epochs)),
  );
  return classifier;
}

/** Returns images as the classifier sees them, from 0 to 255: (N, P), uint8. */
function bytesOf(images: ImageSet, classifier: ImageClassifier): Tensor {
  const starts = Array.from({ length: Math.ceil(images.count / AT_ONCE) }, (_, batch) => batch * AT_ONCE);
  const bytes = (start: number) => {
    const pixels = classifier.pixelsOf(images, start, Math.min(start + AT_ONCE, images.count));
    return pixels.mul(255).round().to('uint8');
  };
  return cat(starts.map((start) => scope(() => bytes(start))));
}

/**
 * Trains a classifier.
 *
 * @param images (N, P), from 0 to 255
 * @param labels (N)
 */
export function learn(classifier: ImageClassifier, images: Tensor, labels: Tensor, epochs: number): void {
  const shiftedPixels = shifts(images.shape[1]! / SIZE ** 2); // (S, P)
  const targets = labels.unsqueeze(1);
  const batchSize = Math.min(BATCH_SIZE, images.shape[0]!);
  const parameters = classifier.parameters();
  const optimizer = new Adam(parameters, { lr: LR });
  const generator = new RandomGenerator(SEED);
  const [count, numShifts] = [images.shape[0]!, shiftedPixels.shape[0]!];
  const numBatches = Math.floor(count / batchSize);
  for (let step = 0; step < epochs * numBatches; ) {
    scope(() => {
      const order = randperm(count, { generator });
      for (let batch = 0; batch < numBatches; batch++, step++) {
        optimizer.lr = LR * (1 - step / (epochs * numBatches));
        scope(() => {
          const rows = order.slice(0, batch * batchSize, (batch + 1) * batchSize);
          const shift = rand([batchSize], { generator }).mul(numShifts).to({ dtype: 'int64' });
          const pixels = images.indexSelect(0, rows).gather(1, shiftedPixels.indexSelect(0, shift)); // (B, P)
          const logits = classifier.forward(pixels.to({ dtype: 'float32' }).div(255)); // (B, classes)
          const loss = logits.logSoftmax(1).gather(1, targets.indexSelect(0, rows)).mean().neg();
          optimizer.step(grad(loss, parameters));
        });
      }
    });
  }
  optimizer.dispose();
}

/**
 * Returns (S, P): for each shift, the index of the pixel that moves to each position. Shifted pixels wrap around, which is
 * harmless where borders are background, as MNIST's are.
 */
function shifts(channels: number): Tensor {
  const steps = Array.from({ length: 2 * SHIFT + 1 }, (_, step) => step - SHIFT);
  const shifted = (down: number, right: number) =>
    BigInt64Array.from({ length: channels * SIZE * SIZE }, (_, pixel) => {
      const row = Math.floor(pixel / SIZE);
      const plane = row - (row % SIZE);
      const column = (pixel + right + SIZE) % SIZE;
      return BigInt((plane + ((row + down + SIZE) % SIZE)) * SIZE + column);
    });
  return stack(steps.flatMap((down) => steps.map((right) => tensor(shifted(down, right)))));
}
