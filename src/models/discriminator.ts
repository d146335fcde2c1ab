import { LeakyReLU } from '../nn/activations';
import { Linear } from '../nn/linear';
import { Layer } from '../nn/module';
import { Sequential } from '../nn/sequential';
import type { Tensor } from '../tensor/tensor';

export interface DiscriminatorOptions {
  /** Numbers in a sample; default 784, MNIST's 28 × 28. */
  dataDim?: number;
  /** Default 128. */
  hiddenDim?: number;
  /** LeakyReLU's slope below zero; default 0.2. */
  negativeSlope?: number;
}

/** The article's discriminator: data to the probability that it is real. Its parameters are `model.0.weight` to `model.2.bias`. */
export class Discriminator extends Layer {
  readonly dataDim: number;
  readonly hiddenDim: number;
  readonly negativeSlope: number;
  readonly model: Sequential;

  constructor({ dataDim = 784, hiddenDim = 128, negativeSlope = 0.2 }: DiscriminatorOptions = {}) {
    super();
    this.dataDim = dataDim;
    this.hiddenDim = hiddenDim;
    this.negativeSlope = negativeSlope;
    this.model = new Sequential(
      new Linear({ inFeatures: dataDim, outFeatures: hiddenDim }),
      new LeakyReLU(negativeSlope),
      new Linear({ inFeatures: hiddenDim, outFeatures: 1 }),
    );
  }

  /** Samples (B, dataDim) to logits (B, 1), before the sigmoid: train on these with `bceWithLogitsLoss`. */
  logits(data: Tensor): Tensor {
    return this.model.forward(data);
  }

  /** Samples (B, dataDim) to probabilities (B, 1). */
  forward(data: Tensor): Tensor {
    return this.logits(data).sigmoid();
  }
}
