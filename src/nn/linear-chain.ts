import { type NativeLinearChain, type NativeLink, native } from '../native/addon';
import type { Handle } from '../native/handle';
import { Tensor } from '../tensor/tensor';
import { handleOf } from '../tensor/tensor-memory';
import { LeakyReLU, ReLU, Sigmoid, Tanh } from './activations';
import { Linear } from './linear';
import type { Layer } from './module';
import type { Vjp } from './vjp';

/** Linear layers, each with at most one activation after it, as one operator with one gradient. */
export class LinearChain {
  readonly #native: NativeLinearChain;

  constructor(links: NativeLink[]) {
    this.#native = new (native().LinearChain)(links);
  }

  forward(input: Tensor): Tensor {
    return new Tensor(this.#native.forward(handleOf(input)));
  }

  /** Without a graph, which takes longer than the arithmetic of small layers; undefined if the input is no matrix. */
  vjp(input: Tensor): Vjp | undefined {
    const results = this.#native.trace(handleOf(input))?.map((handle) => new Tensor(handle));
    return results && new ChainVjp(this.#native, [input, ...results]);
  }
}

class ChainVjp implements Vjp {
  readonly output: Tensor;
  readonly #chain: NativeLinearChain;
  readonly #trace: Handle[];

  /** @param trace the input, then the results of all layers */
  constructor(chain: NativeLinearChain, trace: Tensor[]) {
    this.output = trace.at(-1)!;
    this.#chain = chain;
    this.#trace = trace.map(handleOf);
  }

  inputGradient(gradient: Tensor): Tensor {
    return new Tensor(this.#chain.inputGradient(this.#trace, handleOf(gradient)));
  }

  parameterGradients(gradient: Tensor, others?: Tensor[]): Tensor[] {
    return tensorsOf(this.#chain.parameterGradients(this.#trace, handleOf(gradient), others?.map(handleOf)));
  }

  parameterGradientsThrough(next: Vjp, gradient: Tensor): Tensor[] {
    if (!(next instanceof ChainVjp)) return this.parameterGradients(next.inputGradient(gradient));
    const found = this.#chain.parameterGradientsThrough(this.#trace, next.#chain, next.#trace, handleOf(gradient));
    return tensorsOf(found);
  }
}

function tensorsOf(handles: Handle[]): Tensor[] {
  return handles.map((handle) => new Tensor(handle));
}

/** The same layers as a chain, if they are one. */
export function chainLinears(layers: Layer[]): LinearChain | undefined {
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
  return links.length > 0 ? new LinearChain(links) : undefined;
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
