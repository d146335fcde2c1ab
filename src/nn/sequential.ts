import { checkInstance, checkInteger } from '../check';
import type { DType } from '../native/handle';
import type { Tensor } from '../tensor/tensor';
import { chainLinears, type LinearChain } from './linear-chain';
import { Layer } from './module';

/**
 * A chain of layers; their parameters are named by position, `0.weight`, `2.bias`. Linear layers, each followed by at
 * most one activation, are fused into one operator with identical results.
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

  /** Creates a chain of layers, first to last. @throws ERR_INVALID_ARGUMENT if a value is not a {@link Layer} */
  constructor(...layers: Layer[]) {
    super();
    for (const [index, layer] of layers.entries()) checkInstance(`layers[${index}]`, layer, Layer);
    this.#layers = layers;
    this.#chain = chainLinears(layers);
  }

  protected override members(): object {
    return this.#layers;
  }

  /** Applies the layers in order. */
  forward<D extends DType>(input: Tensor<D>): Tensor<D> {
    if (this.#chain?.isUsable) return this.#chain.forward(input);
    return this.#layers.reduce<Tensor>((x, layer) => layer.forward(x), input) as Tensor<D>;
  }

  /**
   * Returns the layers from `start` up to but excluding `end`, sharing their parameters: PyTorch's `net[start:end]`.
   *
   * @throws ERR_INVALID_ARGUMENT
   */
  slice(start?: number, end?: number): Sequential {
    for (const [name, value] of Object.entries({ start, end })) if (value !== undefined) checkInteger(name, value);
    return new Sequential(...this.#layers.slice(start, end));
  }
}
