import { checkBoolean, checkInstance } from '../check';
import { invalidArgument, LibtorchGenerativeError } from '../errors';
import { type NativeModule, native } from '../native/addon';
import type { Handle } from '../native/handle';
import { noGrad } from '../tensor/autograd';
import { keep } from '../tensor/scope';
import { Tensor } from '../tensor/tensor';
import { tensorsOf } from '../tensor/tensors-in';
import { type Members, membersOf, walk } from './members';
import { type ModuleTarget, readModuleTarget } from './module-target';
import { readState, type StateDict } from './state-dict';

/**
 * Base of all layers and models. Its properties are looked through, in the order of their assignment, so that parameters
 * have PyTorch's names and order: `this.fc = new Linear(...)` gives `fc.weight` and `fc.bias`.
 *
 * - Modules are its children; so are those in a {@link ModuleList} or {@link ModuleDict}, or in arrays, plain objects,
 *   Maps and Sets, in each other too: `this.blocks = [new Linear(...)]` gives `blocks.0.weight`.
 * - Each {@link Parameter}, and every other tensor that requires a gradient and was not computed, is a parameter.
 * - Other tensors are neither saved nor moved, unless {@link Module.registerBuffer} takes them.
 * - Private fields (`#layers`) cannot be seen, nor can objects of other classes: see {@link Module.members}.
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
  #layer: [string, Tensor][] = [];
  #buffers: Set<string> | undefined;
  #isBusy = false;

  /** @internal Takes over a native layer's parameters, which live until {@link Module.dispose}. */
  protected adopt(native: NativeModule): void {
    this.#native = native;
    for (const [name, handle] of Object.entries<Handle>(native.parameters())) {
      this.#layer.push([name, keep(new Tensor(handle))]);
    }
  }

  /**
   * What is looked through for modules and parameters: the module itself, for its properties. Override it to show what
   * private fields hold: `return { ...super.members(), layers: this.#layers }`.
   */
  protected members(): object {
    return this;
  }

  /** For {@link scope}: layers of yours may carry tensors. */
  [tensorsOf](): unknown {
    return this.members();
  }

  /** @internal Whether a constructor made it: no Proxy, and no object that only has the prototype. */
  static isMade(value: object): boolean {
    return #layer in value;
  }

  /** @internal */
  [membersOf](): Members {
    if (!(#layer in this)) throw invalidArgument('module', 'a Module, not a Proxy of one,', this);
    return { layer: this.#layer, properties: this.members(), buffers: this.#buffers };
  }

  /**
   * Makes a tensor that is not trained, such as a running mean, the property `name`: it is saved, loaded and moved with
   * the module.
   *
   * @returns the tensor, which lives until {@link Module.dispose}:
   *   `readonly mean = this.registerBuffer('mean', zeros([3]))`
   * @throws ERR_INVALID_ARGUMENT for a name that is taken, is empty or has a dot
   * @see https://docs.pytorch.org/docs/stable/generated/torch.nn.Module.html#torch.nn.Module.register_buffer
   */
  registerBuffer(name: string, tensor: Tensor): Tensor {
    if (typeof name !== 'string' || name === '' || name.includes('.') || name in this) {
      throw invalidArgument('name', 'the name of a new property, without a dot,', name);
    }
    checkInstance('tensor', tensor, Tensor);
    Object.defineProperty(this, name, { value: keep(tensor), writable: true, enumerable: true, configurable: true });
    this.#buffers = (this.#buffers ?? new Set()).add(name);
    return tensor;
  }

  /** The modules that this one holds itself, each once. */
  children(): Module[] {
    const children: Module[] = [];
    walk(this, {
      enter: (holder) => {
        if (holder === this || !(holder instanceof Module)) return true;
        children.push(holder);
        return false;
      },
    });
    return children;
  }

  /** This module, whose name is empty, and all below it, parents first, each once. */
  namedModules(): [string, Module][] {
    const modules: [string, Module][] = [];
    walk(this, {
      enter: (holder, prefix) => {
        if (holder instanceof Module) modules.push([prefix.slice(0, -1), holder]);
        return true;
      },
    });
    return modules;
  }

  /** This module and all below it, parents first, each once. */
  modules(): Module[] {
    return this.namedModules().map(([, module]) => module);
  }

  /**
   * The parameters with their names, its own before its children's, in PyTorch's order; those with several names, as of
   * a layer that is held twice, once, by the first.
   *
   * @param prefix goes before each name; default none
   * @throws ERR_INVALID_ARGUMENT if two parameters have the same name
   */
  namedParameters(prefix = ''): [string, Tensor][] {
    if (typeof prefix !== 'string') throw invalidArgument('prefix', 'a string', prefix);
    const named = new Map<string, Tensor>();
    const seen = new Set<Tensor>();
    const visit = (tensor: Tensor, name: string, isBuffer: boolean) => {
      if (isBuffer || seen.has(tensor)) return;
      seen.add(tensor);
      addNamed(named, name, tensor);
    };
    walk(this, { visit }, prefix);
    return [...named];
  }

  /** The parameters, in PyTorch's order, each once, for an optimizer. */
  parameters(): Tensor[] {
    return this.#tensors(false);
  }

  /** What {@link Module.registerBuffer} took, here and below, in the order of the parameters, each once. */
  buffers(): Tensor[] {
    return this.#tensors(true);
  }

  #tensors(areBuffers: boolean): Tensor[] {
    const found = new Set<Tensor>();
    const visit = (tensor: Tensor, _: string, isBuffer: boolean) => {
      if (isBuffer === areBuffers) found.add(tensor);
    };
    walk(this, { visit });
    return [...found];
  }

  /**
   * The parameters and buffers themselves by name, outside the graph: a later step changes what they hold. A layer that
   * is held twice is there by both names.
   *
   * @throws ERR_INVALID_ARGUMENT if two tensors have the same name
   */
  stateDict(): StateDict {
    return Object.fromEntries(this.#saved().map(([name, tensor]) => [name, tensor.detach()]));
  }

  #saved(): [string, Tensor][] {
    const saved = new Map<string, Tensor>();
    walk(this, { visit: (tensor, name) => addNamed(saved, name, tensor), isEveryPath: true });
    return [...saved];
  }

  /**
   * Copies `state` into the parameters and buffers, converted to their dtype.
   *
   * @throws ERR_CHECKPOINT if a name is missing or unknown, or a value is no tensor or of another shape; then nothing
   *   was copied
   */
  loadStateDict(state: StateDict): void {
    const own = this.#saved();
    const values = readState(state, new Map(own.map(([name, { shape }]) => [name, shape])), this.constructor.name);
    noGrad(() => {
      for (const [name, tensor] of own) tensor.copy_(values[name]!);
    });
  }

  /**
   * Moves the parameters and buffers, and converts those of floating point; they stay the same tensors, also to an
   * optimizer that has them. Its moments stay behind: make it afterwards, as in PyTorch.
   *
   * @param target a device, a floating-point dtype, or both: `'cuda'`, `'float64'`, `{ device: 'auto', dtype: 'float32' }`
   * @returns the module
   * @throws ERR_DEVICE or ERR_INVALID_ARGUMENT
   */
  to(target: ModuleTarget): this {
    const { dtype, device } = readModuleTarget(target);
    walk(this, { visit: ({ handle }) => native().moveTo(handle, dtype, device) });
    for (const module of this.modules()) module.#native?.flattenParameters?.();
    return this;
  }

  /** Sets {@link Module.training} here and in all children. @returns the module */
  train(mode = true): this {
    checkBoolean('mode', mode);
    if (this.#isBusy) return this; // it holds what holds it
    this.#isBusy = true;
    try {
      this.training = mode;
      for (const child of this.children()) child.train(mode);
    } finally {
      this.#isBusy = false;
    }
    return this;
  }

  /** As `train(false)`: for use after training. @returns the module */
  eval(): this {
    return this.train(false);
  }

  /** Whether operators record gradients for the parameters, here and below: false freezes them. @returns the module */
  requiresGrad_(requiresGrad = true): this {
    checkBoolean('requiresGrad', requiresGrad);
    for (const parameter of this.parameters()) parameter.requiresGrad = requiresGrad;
    return this;
  }

  /** Forgets the gradients that `backward()` left in the parameters. */
  zeroGrad(): void {
    for (const parameter of this.parameters()) parameter.grad = undefined;
  }

  /** Frees the parameters and buffers of this module and its children; after that every use throws ERR_DISPOSED. */
  dispose(): void {
    if (this.#isBusy) return;
    this.#isBusy = true;
    for (const tensor of [...this.parameters(), ...this.buffers()]) tensor.dispose();
    for (const child of this.children()) child.dispose();
    this.#native?.dispose();
    this.#isBusy = false;
  }

  /** As {@link Module.dispose}, for `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }
}

function addNamed(named: Map<string, Tensor>, name: string, tensor: Tensor): void {
  if (named.has(name)) {
    throw new LibtorchGenerativeError('ERR_INVALID_ARGUMENT', `Two tensors of the module have the name ${name}`);
  }
  named.set(name, tensor);
}

/** @internal Throws unless `value` is a module of a class. */
export function checkModule(
  name: string,
  value: unknown,
  type: abstract new (...args: never) => Module = Module,
): void {
  checkInstance(name, value, type);
  if (!Module.isMade(value as object)) throw invalidArgument(name, `a ${type.name} that its constructor made`, value);
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
