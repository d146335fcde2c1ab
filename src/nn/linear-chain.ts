import { type NativeLink, native } from '../native/addon';
import { Tensor } from '../tensor/tensor';
import { handleOf } from '../tensor/tensor-memory';
import { LeakyReLU, ReLU, Sigmoid, Tanh } from './activations';
import { Linear } from './linear';
import type { Layer } from './module';

/**
 * The same layers as one operator with one gradient, if they are linear layers, each with at most one activation after
 * it; else undefined.
 */
export function chainLinears(layers: Layer[]): ((input: Tensor) => Tensor) | undefined {
  const links: NativeLink[] = [];
  for (const layer of layers) {
    const link = links.at(-1);
    const activation = activationOf(layer);
    // Not a subclass, which may compute something else.
    if (layer.constructor === Linear) {
      links.push({ linear: (layer as Linear).native, activation: 'none', slope: 0 });
    } else if (activation && link?.activation === 'none') {
      Object.assign(link, activation);
    } else {
      return undefined;
    }
  }
  if (links.length === 0) return undefined;
  const chain = new (native().LinearChain)(links);
  return (input) => new Tensor(chain.forward(handleOf(input)));
}

function activationOf(layer: Layer): Omit<NativeLink, 'linear'> | undefined {
  switch (layer.constructor) {
    case ReLU:
      return { activation: 'relu', slope: 0 };
    case LeakyReLU:
      return { activation: 'leakyRelu', slope: (layer as LeakyReLU).negativeSlope };
    case Tanh:
      return { activation: 'tanh', slope: 0 };
    case Sigmoid:
      return { activation: 'sigmoid', slope: 0 };
    default:
      return undefined;
  }
}
