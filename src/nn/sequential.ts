import type { Tensor } from '../tensor/tensor';
import { Layer, type Module } from './module';

/** Layers one after another; their parameters are named by position, `0.weight`, `2.bias`. */
export class Sequential extends Layer {
  readonly #layers: Layer[];

  constructor(...layers: Layer[]) {
    super();
    this.#layers = layers;
  }

  protected override namedChildren(): [string, Module][] {
    return this.#layers.map((layer, index) => [String(index), layer]);
  }

  forward(input: Tensor): Tensor {
    return this.#layers.reduce((x, layer) => layer.forward(x), input);
  }
}
