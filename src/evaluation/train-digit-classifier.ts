import { readMnistImages, readMnistLabels } from '../data/mnist';
import { Adam } from '../nn/adam';
import { grad } from '../tensor/autograd';
import { stack, tensor } from '../tensor/creation';
import { numThreads, setNumThreads } from '../tensor/device';
import { RandomGenerator, rand, randperm, withSeed } from '../tensor/random';
import { scope } from '../tensor/scope';
import type { Tensor } from '../tensor/tensor';
import { DigitClassifier } from './digit-classifier';

/** Increase with every change below, so that older classifiers in the cache are not used. */
export const RECIPE = 1;

const SEED = 0;
const EPOCHS = 8;
const BATCH_SIZE = 128;
const LR = 2e-3;
/** Maximum random shift of a digit in each direction, in pixels, against overfitting. */
const SHIFT = 1;

/**
 * Trains the classifier on MNIST's 60,000 digits, which takes a few seconds. It uses one thread, so that the result
 * does not depend on the number of threads, and leaves the thread's random number generator unchanged.
 *
 * @param folder a folder with MNIST's files
 * @throws ERR_FILE or ERR_DATA_FORMAT
 */
export function trainDigitClassifier(folder: string): DigitClassifier {
  const images = readMnistImages(folder);
  const { data: labels } = readMnistLabels(folder);
  const classifier = withSeed(SEED, () => new DigitClassifier());
  const threads = numThreads();
  setNumThreads(1);
  try {
    scope(() => {
      const [count, height, width] = images.shape as [number, number, number];
      const pixels = tensor(images.data, { shape: [count, height * width] });
      learn(classifier, pixels, tensor(labels, { dtype: 'int64' }).unsqueeze(1), shifts(height, width));
    });
  } finally {
    setNumThreads(threads);
  }
  classifier.accuracy = testAccuracy(classifier, folder);
  return classifier;
}

/** @param shiftedPixels (S, P): for each shift, the index of the pixel that moves to each position */
function learn(classifier: DigitClassifier, images: Tensor, labels: Tensor, shiftedPixels: Tensor): void {
  const parameters = classifier.parameters();
  const optimizer = new Adam(parameters, { lr: LR });
  const generator = new RandomGenerator(SEED);
  const [count, numShifts] = [images.shape[0]!, shiftedPixels.shape[0]!];
  const numBatches = Math.floor(count / BATCH_SIZE);
  for (let step = 0; step < EPOCHS * numBatches; ) {
    scope(() => {
      const order = randperm(count, { generator });
      for (let batch = 0; batch < numBatches; batch++, step++) {
        optimizer.lr = LR * (1 - step / (EPOCHS * numBatches));
        scope(() => {
          const rows = order.slice(0, batch * BATCH_SIZE, (batch + 1) * BATCH_SIZE);
          const shift = rand([BATCH_SIZE], { generator }).mul(numShifts).to({ dtype: 'int64' });
          const pixels = images.indexSelect(0, rows).gather(1, shiftedPixels.indexSelect(0, shift)); // (B, P)
          const logits = classifier.forward(pixels.to({ dtype: 'float32' }).div(255)); // (B, 10)
          const loss = logits.logSoftmax(1).gather(1, labels.indexSelect(0, rows)).mean().neg();
          optimizer.step(grad(loss, parameters));
        });
      }
    });
  }
  optimizer.dispose();
}

/** Returns (S, P). Shifted pixels wrap around, which is harmless as the borders of MNIST are background. */
function shifts(height: number, width: number): Tensor {
  const steps = Array.from({ length: 2 * SHIFT + 1 }, (_, step) => step - SHIFT);
  const shifted = (down: number, right: number) =>
    BigInt64Array.from({ length: height * width }, (_, pixel) => {
      const row = (Math.floor(pixel / width) + down + height) % height;
      return BigInt(row * width + ((pixel + right + width) % width));
    });
  return stack(steps.flatMap((down) => steps.map((right) => tensor(shifted(down, right)))));
}

function testAccuracy(classifier: DigitClassifier, folder: string): number {
  const { data, shape } = readMnistImages(folder, 'test');
  const [count, height, width] = shape as [number, number, number];
  const { data: labels } = readMnistLabels(folder, 'test');
  return scope(() => {
    const pixels = tensor(data, { shape: [count, height * width], dtype: 'float32' }).div(255);
    const read = classifier.forward(pixels).argmax(1);
    return read
      .eq(tensor(labels, { dtype: 'int64' }))
      .to({ dtype: 'float64' })
      .mean()
      .item();
  });
}
