import { type ImageSet, type ImageSize, valuesPerImage } from '../data/image-set';
import { resizedColors } from '../data/resize';
import { Conv2d } from '../nn/conv2d';
import { Module } from '../nn/module';
import { noGrad } from '../tensor/autograd';
import { cat } from '../tensor/creation';
import { onOneThread } from '../tensor/device';
import { withSeed } from '../tensor/random';
import { scope } from '../tensor/scope';
import type { Tensor } from '../tensor/tensor';
import type { ImageFeatures, SeenImages } from './image-features';
import { lookInBatches } from './in-batches';

/** Height and width to which images are resized. */
const SIZE = 64;
const SEED = 0;
/** Images that are resized at once, fewer of large ones. */
const [BATCH_SIZE, BATCH_VALUES] = [250, 2 ** 24];
/** PyTorch's initial weights, times this, are He's. */
const GAIN = Math.sqrt(6);
/** Units whose deviation is a small part of the others' are not scaled up to theirs. */
const LEAST_DEVIATION = 0.01;
/** The least deviation where all images are the same. */
const TINY = 1e-6;

/** The means of this many units of each of the four convolutions are features. */
const PER_LAYER = 16;
const LAYERS = 4;

/** Returns how many images are looked at together. */
export function batchSizeFor(size: ImageSize): number {
  return Math.max(1, Math.min(BATCH_SIZE, Math.floor(BATCH_VALUES / valuesPerImage(size))));
}

/** Convolutions with random weights, each of which halves the height and the width. */
class RandomConvolutions extends Module {
  readonly layers: Conv2d[];

  constructor() {
    super();
    const widths = [3, PER_LAYER, ...new Array<number>(LAYERS - 1).fill(2 * PER_LAYER)];
    const options = { stride: 2, padding: 1 };
    this.layers = widths.slice(1).map((width, index) => new Conv2d(widths[index]!, width, 4, options));
    noGrad(() => this.layers.forEach((layer) => void layer.weight.mul_(GAIN)));
  }

  /** Maps colors (B, 3, 64, 64) in [0, 1] to means of units (B, 64). */
  forward(colors: Tensor): Tensor {
    let units = colors.mul(2).sub(1);
    const means = this.layers.map((layer) => {
      units = layer.forward(units).relu();
      return units.slice(1, 0, PER_LAYER).mean([2, 3]);
    });
    return cat(means, 1);
  }
}

/**
 * Features that need no training: means of a random net's units, standardized by the real images so that none
 * dominates. They don't depend on the number of threads.
 *
 * @see https://arxiv.org/abs/2002.09797
 */
export class RandomFeatures implements ImageFeatures {
  readonly kind = 'random';
  readonly size = PER_LAYER * LAYERS;
  readonly description = 'random convolutional features (compare only within this table)';
  readonly #net = withSeed(SEED, () => new RandomConvolutions());
  #scaling: { mean: Tensor; deviation: Tensor } | undefined;

  private constructor() {}

  /** Creates features for images like these, at least two. */
  static async for(real: ImageSet): Promise<RandomFeatures> {
    const features = new RandomFeatures();
    const means = await features.#means(real);
    features.#scaling = scope(() => {
      const deviation = means.std(0);
      return { mean: means.mean(0), deviation: deviation.add(LEAST_DEVIATION * deviation.mean().item()).clamp(TINY) };
    });
    means.dispose();
    return features;
  }

  async look(images: ImageSet): Promise<SeenImages> {
    const means = await this.#means(images);
    const features = this.#scaled(means);
    means.dispose();
    return { features };
  }

  /** Computes the features (N, F) of a few images at once. */
  lookAtFew(images: ImageSet): Tensor {
    return scope(() => this.#scaled(this.#meansOf(images)));
  }

  #scaled(means: Tensor): Tensor {
    const { mean, deviation } = this.#scaling!;
    return scope(() => means.sub(mean).div(deviation));
  }

  #means(images: ImageSet): Promise<Tensor> {
    return lookInBatches(images, batchSizeFor(images), (batch) => this.#meansOf(batch));
  }

  #meansOf(batch: ImageSet): Tensor {
    const look = () => {
      const colors = resizedColors(batch, { height: SIZE, width: SIZE });
      return noGrad(() => this.#net.forward(colors)).to({ dtype: 'float64' });
    };
    return onOneThread(() => scope(look));
  }

  dispose(): void {
    this.#net.dispose();
    this.#scaling?.mean.dispose();
    this.#scaling?.deviation.dispose();
  }
}
