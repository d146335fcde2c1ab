import { checkInstance, checkInteger } from '../check';
import type { DType } from '../native/handle';
import type { Tensor } from '../tensor/tensor';
import { chainLinears, type LinearChain } from './linear-chain';
import { Layer } from './module';

/**
 * Layers one after another; their parameters are named by position, `0.weight`, `2.bias`. Linear layers, each with at
 * most one activation after it, are computed as one operator, with the same numbers.
 *
 * @see https://docs.pytorch.org/docs/stable/generated/torch.nn.Sequential.html
 * @example
 * ```ts
 * import { LeakyReLU, Linear, Sequential, zeros } from 'libtorch-generative';
 *
 * const net = new Sequential(
 *   new Linear(784, 128),
 *   new LeakyReLU(0.2),
 *   new Linear(128, 1),
 * );
 * console.log(net.forward(zeros([16, 784])).shape); // [ 16, 1 ]
 * console.log(Object.keys(net.stateDict())); // [ '0.weight', '0.bias', '2.weight', '2.bias' ]
 * ```
 */
export class Sequential extends Layer {
  readonly #layers: Layer[];
  readonly #chain: LinearChain | undefined;

  /** Layers in the order in which they are applied. @throws ERR_INVALID_ARGUMENT for what is no {@link Layer} */
  constructor(...layers: Layer[]) {
    super();
    for (const [index, layer] of layers.entries()) checkInstance(`layers[${index}]`, layer, Layer);
    this.#layers = layers;
    this.#chain = chainLinears(layers);
  }

  protected override members(): object {
    return this.#layers;
  }

  /** Gives the first layer's output to the second, and so on. */
  forward<D extends DType>(input: Tensor<D>): Tensor<D> {
    return (this.#chain?.forward(input) ??
      this.#layers.reduce<Tensor>((x, layer) => layer.forward(x), input)) as Tensor<D>;
  }

  /** The layers from `start` to before `end`, with the same parameters: PyTorch's `net[start:end]`. @throws ERR_INVALID_ARGUMENT */
  slice(start?: number, end?: number): Sequential {
    for (const [name, value] of Object.entries({ start, end })) if (value !== undefined) checkInteger(name, value);
    return new Sequential(...this.#layers.slice(start, end));
  }
}
