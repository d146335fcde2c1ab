import { type NativeLinear, native } from '../native/addon';
import { handleOf, Tensor } from '../tensor/tensor';
import { checkSize } from './check';
import { Layer } from './module';

export interface LinearOptions {
  inFeatures: number;
  outFeatures: number;
  /** Default true. */
  bias?: boolean;
}

/**
 * y = x Wᵀ + b, initialised as PyTorch does, from the same random numbers.
 *
 * @see https://docs.pytorch.org/docs/stable/generated/torch.nn.Linear.html
 */
export class Linear extends Layer {
  /** @internal */
  readonly native: NativeLinear;

  constructor({ inFeatures, outFeatures, bias = true }: LinearOptions) {
    super();
    checkSize('inFeatures', inFeatures);
    checkSize('outFeatures', outFeatures);
    this.native = new (native().Linear)(inFeatures, outFeatures, bias);
    this.adopt(this.native);
  }

  /** (..., inFeatures) to (..., outFeatures). @throws ERR_SHAPE */
  forward(input: Tensor): Tensor {
    return new Tensor(this.native.forward(handleOf(input)));
  }
}
