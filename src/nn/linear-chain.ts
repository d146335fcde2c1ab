import { type NativeLinearChain, type NativeLink, native } from '../native/addon';
import type { DType } from '../native/handle';
import { Tensor } from '../tensor/tensor';
import { handleOf } from '../tensor/tensor-memory';
import { LeakyReLU, ReLU, Sigmoid, Tanh } from './activations';
import { areLinearsFused, Linear } from './linear';
import type { Layer } from './module';

/** Linear layers, each followed by at most one activation, as one operator with one gradient. */
export class LinearChain {
  readonly #native: NativeLinearChain;
  readonly #linears: Linear[];

  constructor(links: NativeLink[], linears: Linear[]) {
    this.#native = new (native().LinearChain)(links);
    this.#linears = linears;
  }

  /** Whether the operator can stand for the layers: it does not know {@link spectralNorm}. */
  get isUsable(): boolean {
    if (!areLinearsFused()) return false;
    for (const linear of this.#linears) if (linear.parametrizations) return false;
    return true;
  }

  forward<D extends DType>(input: Tensor<D>): Tensor<D> {
    return new Tensor(this.#native.forward(handleOf(input)));
  }
}

/** Returns the layers as a chain, or undefined if they do not form one. */
export function chainLinears(layers: Layer[]): LinearChain | undefined {
  const links: NativeLink[] = [];
  for (const layer of layers) {
    const link = links.at(-1);
    const activation = activationOf(layer);
    // Not subclasses, which may compute something else.
    if (layer.constructor === Linear) {
      links.push({ linear: (layer as Linear).native, activation: 'none', slope: 0 });
    } else if (activation && link?.activation === 'none') {
      Object.assign(link, activation);
    } else {
      return undefined;
    }
  }
  if (links.length === 0) return undefined;
  return new LinearChain(
    links,
    layers.filter((layer) => layer instanceof Linear),
  );
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
