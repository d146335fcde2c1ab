import { readMnistImages, readMnistLabels } from '../data/mnist';
import { tensor } from '../tensor/creation';
import { onOneThread } from '../tensor/device';
import { withSeed } from '../tensor/random';
import { scope } from '../tensor/scope';
import { DigitClassifier } from './digit-classifier';
import { learn } from './train-image-classifier';

/** Increase with every change below or to {@link learn}, so that older classifiers in the cache are not used. */
export const RECIPE = 1;

const SEED = 0;
const EPOCHS = 8;

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
  onOneThread(() =>
    scope(() => {
      const [count, height, width] = images.shape as [number, number, number];
      const pixels = tensor(images.data, { shape: [count, height * width] });
      learn(classifier, pixels, tensor(labels, { dtype: 'int64' }), EPOCHS);
    }),
  );
  classifier.accuracy = testAccuracy(classifier, folder);
  return classifier;
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
