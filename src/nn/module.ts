import { LibtorchGenerativeError, shapeText } from '../errors';
import type { NativeModule } from '../native/addon';
import type { Handle } from '../native/handle';
import { noGrad } from '../tensor/autograd';
import { type Device, resolveDevice } from '../tensor/device';
import { keep } from '../tensor/scope';
import { Tensor } from '../tensor/tensor';

/** Tensors by name, as `state_dict()` in PyTorch. */
export type StateDict = Record<string, Tensor>;

/**
 * Base of all layers and models. Properties that are modules are its children, in the order of their assignment, so
 * that parameters have PyTorch's names and order: `this.fc = new Linear(...)` gives `fc.weight` and `fc.bias`.
 *
 * @see https://docs.pytorch.org/docs/stable/generated/torch.nn.Module.html
 * @example
 * ```ts
 * import { GRU, Linear, Module, type Tensor, zeros } from 'libtorch-generative';
 *
 * class Regression extends Module {
 *   readonly rnn = new GRU(1, 8);
 *   readonly fc = new Linear(8, 1);
 *
 *   forward(series: Tensor): Tensor {
 *     return this.fc.forward(this.rnn.lastHidden(series).squeeze(0));
 *   }
 * }
 *
 * const model = new Regression();
 * console.log(model.forward(zeros([5, 24, 1])).shape); // [ 5, 1 ]
 * console.log(model.namedParameters().map(([name]) => name).slice(-2)); // [ 'fc.weight', 'fc.bias' ]
 * ```
 */
export abstract class Module {
  /** True until {@link Module.eval}, for layers of yours that behave differently in training, such as dropout. */
  training = true;
  #native: NativeModule | undefined;
  #parameters: Record<string, Tensor> = {};

  /** @internal Takes over a native layer's parameters, which live until {@link Module.dispose}. */
  protected adopt(native: NativeModule): void {
    this.#native = native;
    for (const [name, handle] of Object.entries<Handle>(native.parameters())) {
      this.#parameters[name] = keep(new Tensor(handle));
    }
  }

  /** The direct children by name; to be overridden by modules that keep theirs in arrays, for example. */
  protected namedChildren(): [string, Module][] {
    return Object.entries(this).filter((entry): entry is [string, Module] => entry[1] instanceof Module);
  }

  /**
   * The parameters with their names, its own before its children's, in PyTorch's order.
   *
   * @param prefix goes before each name; default none
   */
  namedParameters(prefix = ''): [string, Tensor][] {
    return [
      ...Object.entries(this.#parameters).map(([name, tensor]): [string, Tensor] => [prefix + name, tensor]),
      ...this.namedChildren().flatMap(([name, child]) => child.namedParameters(`${prefix}${name}.`)),
    ];
  }

  /** The parameters, in PyTorch's order, for an optimizer. */
  parameters(): Tensor[] {
    const ofChildren = this.namedChildren().map(([, child]) => child.parameters());
    return Object.values(this.#parameters).concat(...ofChildren);
  }

  /** The parameters themselves by name, outside the graph: a later step changes what they hold. */
  stateDict(): StateDict {
    return Object.fromEntries(this.namedParameters().map(([name, parameter]) => [name, parameter.detach()]));
  }

  /**
   * Copies `state` into the parameters.
   *
   * @throws ERR_CHECKPOINT if a name is missing or unknown, or a shape differs; then nothing was copied
   */
  loadStateDict(state: StateDict): void {
    const parameters = this.namedParameters();
    const problems = [
      ...parameters.filter(([name]) => !(name in state)).map(([name]) => `${name} is missing`),
      ...Object.keys(state)
        .filter((name) => !parameters.some(([known]) => known === name))
        .map((name) => `${name} is unknown`),
      ...parameters
        .filter(([name, { shape }]) => state[name] && String(state[name].shape) !== String(shape))
        .map(
          ([name, { shape }]) => `${name} has shape ${shapeText(state[name]!.shape)} instead of ${shapeText(shape)}`,
        ),
    ];
    if (problems.length > 0) {
      throw new LibtorchGenerativeError(
        'ERR_CHECKPOINT',
        `The state does not fit ${this.constructor.name}: ${problems.join(', ')}`,
      );
    }
    noGrad(() => {
      for (const [name, parameter] of parameters) parameter.copy_(state[name]!);
    });
  }

  /**
   * Moves the parameters; they stay the same tensors, also to an optimizer that has them.
   *
   * @param device see {@link Device}
   * @returns the module
   * @throws ERR_DEVICE
   */
  to(device: Device): this {
    this.#native?.to(resolveDevice(device));
    for (const [, child] of this.namedChildren()) child.to(device);
    return this;
  }

  /** Sets {@link Module.training} here and in all children. @returns the module */
  train(mode = true): this {
    this.training = mode;
    for (const [, child] of this.namedChildren()) child.train(mode);
    return this;
  }

  /** As `train(false)`: for use after training. @returns the module */
  eval(): this {
    return this.train(false);
  }

  /** Frees the parameters of this module and its children; after that every use throws ERR_DISPOSED. */
  dispose(): void {
    for (const parameter of Object.values(this.#parameters)) parameter.dispose();
    this.#native?.dispose();
    for (const [, child] of this.namedChildren()) child.dispose();
  }

  /** As {@link Module.dispose}, for `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }
}

/**
 * A module that maps one tensor to one tensor, and so fits into a {@link Sequential}.
 *
 * @example
 * ```ts
 * import { Layer, Linear, Sequential, type Tensor, zeros } from 'libtorch-generative';
 *
 * class Scale extends Layer {
 *   constructor(readonly factor: number) {
 *     super();
 *   }
 *
 *   forward(input: Tensor): Tensor {
 *     return input.mul(this.factor);
 *   }
 * }
 *
 * const net = new Sequential(new Linear(4, 2), new Scale(10));
 * console.log(net.forward(zeros([3, 4])).shape); // [ 3, 2 ]
 * ```
 */
export abstract class Layer extends Module {
  /** The layer's output, for an input of the shape that it is made for. */
  abstract forward(input: Tensor): Tensor;
}
