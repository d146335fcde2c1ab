import { ReLU } from '../nn/activations';
import { AvgPool2d } from '../nn/avg-pool2d';
import { BatchNorm2d } from '../nn/batch-norm2d';
import { Conv2d } from '../nn/conv2d';
import { Embedding } from '../nn/embedding';
import type { Linear } from '../nn/linear';
import { Layer } from '../nn/module';
import { Sequential } from '../nn/sequential';
import { spectralNorm } from '../nn/spectral-norm';
import { Upsample } from '../nn/upsample';
import { noGrad } from '../tensor/autograd';
import type { Tensor } from '../tensor/tensor';

/** Layers whose result is added to their input, which a shortcut brings to the same size. */
export class ResidualBlock extends Layer {
  constructor(
    readonly residual: Sequential,
    /** No layers if the sizes are the same. */
    readonly shortcut: Sequential,
  ) {
    super();
  }

  forward(input: Tensor): Tensor {
    return this.residual.forward(input).add(this.shortcut.forward(input));
  }
}

/**
 * A generator's block, which doubles height and width. Its shortcut convolves before it enlarges: for windows of one pixel
 * that is the same, at a quarter of the cost.
 */
export function enlargingBlock(inChannels: number, outChannels: number): ResidualBlock {
  return new ResidualBlock(
    new Sequential(
      new BatchNorm2d(inChannels),
      new ReLU(),
      new Upsample({ scaleFactor: 2 }),
      convolution(inChannels, outChannels, 3, GAIN),
      new BatchNorm2d(outChannels),
      new ReLU(),
      convolution(outChannels, outChannels, 3, GAIN),
    ),
    new Sequential(convolution(inChannels, outChannels, 1), new Upsample({ scaleFactor: 2 })),
  );
}

/** A discriminator's block, which may halve height and width. The first one of a net reads images. */
export function judgingBlock(
  inChannels: number,
  outChannels: number,
  { isFirst, isHalving }: { isFirst: boolean; isHalving: boolean },
): ResidualBlock {
  const hidden = isFirst ? outChannels : inChannels;
  const halving = () => (isHalving ? [new AvgPool2d(2)] : []);
  return new ResidualBlock(
    new Sequential(
      ...(isFirst ? [] : [new ReLU()]),
      spectralNorm(convolution(inChannels, hidden, 3, GAIN)),
      new ReLU(),
      spectralNorm(convolution(hidden, outChannels, 3, GAIN)),
      ...halving(),
    ),
    inChannels === outChannels && !isHalving
      ? new Sequential()
      : new Sequential(...halving(), spectralNorm(convolution(inChannels, outChannels, 1))),
  );
}

/** Of convolutions that an activation precedes. */
const GAIN = Math.SQRT2;

/** Creates a convolution that keeps height and width, with Glorot's initial weights. */
export function convolution(inChannels: number, outChannels: number, size: 1 | 3, gain = 1): Conv2d {
  return glorot(new Conv2d(inChannels, outChannels, size, { padding: (size - 1) / 2 }), gain);
}

/** Draws weights as `torch.nn.init.xavier_uniform_` does, and sets biases to 0. @returns the layer */
export function glorot<Each extends Conv2d | Linear | Embedding>(layer: Each, gain = 1): Each {
  const { shape } = layer.weight;
  const window = shape.slice(2).reduce((product, size) => product * size, 1);
  const [fanOut, fanIn] = [shape[0]! * window, shape[1]! * window];
  const bound = Math.sqrt(3) * (gain * Math.sqrt(2 / (fanIn + fanOut)));
  noGrad(() => {
    layer.weight.uniform_(-bound, bound);
    if (!(layer instanceof Embedding)) layer.bias?.zero_();
  });
  return layer;
}
