import { ReLU, Tanh } from '../nn/activations';
import { Linear } from '../nn/linear';
import { Layer } from '../nn/module';
import { Sequential } from '../nn/sequential';
import type { Tensor } from '../tensor/tensor';

export interface GeneratorOptions {
  /** Numbers in a noise vector; default 100. */
  noiseDim?: number;
  /** Default 128. */
  hiddenDim?: number;
  /** Numbers in a sample; default 784, MNIST's 28 × 28. */
  dataDim?: number;
}

/** The article's generator: noise to data in [-1, 1]. Its parameters are `model.0.weight` to `model.2.bias`. */
export class Generator extends Layer {
  readonly noiseDim: number;
  readonly hiddenDim: number;
  readonly dataDim: number;
  readonly model: Sequential;

  constructor({ noiseDim = 100, hiddenDim = 128, dataDim = 784 }: GeneratorOptions = {}) {
    super();
    this.noiseDim = noiseDim;
    this.hiddenDim = hiddenDim;
    this.dataDim = dataDim;
    this.model = new Sequential(
      new Linear({ inFeatures: noiseDim, outFeatures: hiddenDim }),
      new ReLU(),
      new Linear({ inFeatures: hiddenDim, outFeatures: dataDim }),
      new Tanh(),
    );
  }

  /** Noise (B, noiseDim) to samples (B, dataDim). */
  forward(noise: Tensor): Tensor {
    return this.model.forward(noise);
  }
}
