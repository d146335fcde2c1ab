import type { Tensor } from '../tensor/tensor';
import { chainLinears } from './linear-chain';
import { Layer, type Module } from './module';

/** Layers one after another; their parameters are named by position, `0.weight`, `2.bias`. */
export class Sequential extends Layer {
  readonly #layers: Layer[];
  readonly #chained: ((input: Tensor) => Tensor) | undefined;

  constructor(...layers: Layer[]) {
    super();
    this.#layers = layers;
    this.#chained = chainLinears(layers);
  }

  protected override namedChildren(): [string, Module][] {
    return this.#layers.map((layer, index) => [String(index), layer]);
  }

  forward(input: Tensor): Tensor {
    return this.#chained ? this.#chained(input) : this.#layers.reduce((x, layer) => layer.forward(x), input);
  }
}
