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
 * The base class of all layers and models. It finds parameters in its properties, in the order of their assignment, so
 * that they have PyTorch's names and order: `this.fc = new Linear(...)` adds `fc.weight` and `fc.bias`.
 *
 * - Modules are its children, including those in a {@link ModuleList} or {@link ModuleDict} and in arrays, plain
 *   objects, Maps and Sets, even nested: `this.blocks = [new Linear(...)]` adds `blocks.0.weight`.
 * - Each {@link Parameter}, and every other leaf tensor that requires a gradient, is a parameter.
 * - Other tensors are neither saved nor moved, unless registered with {@link Module.registerBuffer}.
 * - Private fields (`#layers`) and objects of other classes are not searched: see {@link Module.members}.
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
  /** True until {@link Module.eval}; for your own layers that behave differently in training, such as dropout. */
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
   * Returns the object whose properties are searched for modules and parameters: the module itself. Override it to
   * include private fields: `return { ...super.members(), layers: this.#layers }`.
   */
  protected members(): object {
    return this;
  }

  /** For {@link scope}: your own layers may carry tensors. */
  [tensorsOf](): unknown {
    return this.members();
  }

  /** @internal Whether a constructor created it: not a Proxy, nor an object that only has the prototype. */
  static isMade(value: object): boolean {
    return #layer in value;
  }

  /** @internal */
  [membersOf](): Members {
    if (!(#layer in this)) throw invalidArgument('module', 'a Module, not a Proxy of one,', this);
    return { layer: this.#layer, properties: this.members(), buffers: this.#buffers };
  }

  /**
   * Adds an untrained tensor, such as a running mean, as property `name`; it is saved, loaded and moved with the
   * module.
   *
   * @returns the tensor, which lives until {@link Module.dispose}:
   *   `readonly mean = this.registerBuffer('mean', zeros([3]))`
   * @throws ERR_INVALID_ARGUMENT if the name is taken, is empty or contains a dot
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

  /** Returns the direct children, each once. */
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

  /** Returns this module, under the empty name, and all modules below it with their names: parents first, each once. */
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

  /** Returns this module and all modules below it: parents first, each once. */
  modules(): Module[] {
    return this.namedModules().map(([, module]) => module);
  }

  /**
   * Returns the parameters with their names in PyTorch's order: its own before its children's. A parameter with several
   * names, as in a layer that is used twice, is listed once, under its first name.
   *
   * @param prefix prepended to each name. Default none.
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

  /** Returns the parameters in PyTorch's order, each once, as an optimizer expects them. */
  parameters(): Tensor[] {
    return this.#tensors(false);
  }

  /** Returns the buffers ({@link Module.registerBuffer}), here and below, in the parameters' order, each once. */
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
   * Returns the parameters and buffers by name, detached but sharing memory: later training steps change their values.
   * A layer that is used twice is listed under both names.
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
   * @throws ERR_CHECKPOINT if a name is missing or unknown, or a value is not a tensor of the right shape; then nothing
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
   * Moves the parameters and buffers, and converts the floating-point ones. They remain the same tensors, so an
   * existing optimizer keeps updating them. Its moments do not move, however: create optimizers afterwards, as in
   * PyTorch.
   *
   * @param target a device, a floating-point dtype, or both: `'cuda'`, `'float64'`,
   *   `{ device: 'auto', dtype: 'float32' }`
   * @returns the module
   * @throws ERR_DEVICE or ERR_INVALID_ARGUMENT
   */
  to(target: ModuleTarget): this {
    const { dtype, device } = readModuleTarget(target);
    walk(this, { visit: ({ handle }) => native().moveTo(handle, dtype, device) });
    for (const module of this.modules()) module.#native?.flattenParameters?.();
    return this;
  }

  /** Sets {@link Module.training} here and in all modules below. @returns the module */
  train(mode = true): this {
    checkBoolean('mode', mode);
    if (this.#isBusy) return this; // a cycle
    this.#isBusy = true;
    try {
      this.training = mode;
      for (const child of this.children()) child.train(mode);
    } finally {
      this.#isBusy = false;
    }
    return this;
  }

  /** Same as `train(false)`: for use after training. @returns the module */
  eval(): this {
    return this.train(false);
  }

  /** Sets `requiresGrad` of all parameters, here and below: false freezes them. @returns the module */
  requiresGrad_(requiresGrad = true): this {
    checkBoolean('requiresGrad', requiresGrad);
    for (const parameter of this.parameters()) parameter.requiresGrad = requiresGrad;
    return this;
  }

  /** Clears the gradients that `backward()` left in the parameters. */
  zeroGrad(): void {
    for (const parameter of this.parameters()) parameter.grad = undefined;
  }

  /** Frees the parameters and buffers, here and below; using the module afterwards throws ERR_DISPOSED. */
  dispose(): void {
    if (this.#isBusy) return;
    this.#isBusy = true;
    for (const tensor of [...this.parameters(), ...this.buffers()]) tensor.dispose();
    for (const child of this.children()) child.dispose();
    this.#native?.dispose();
    this.#isBusy = false;
  }

  /** Same as {@link Module.dispose}, for `using`. */
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

/** @internal Throws unless `value` is a module of the given class. */
export function checkModule(
  name: string,
  value: unknown,
  type: abstract new (...args: never) => Module = Module,
): void {
  checkInstance(name, value, type);
  if (!Module.isMade(value as object)) throw invalidArgument(name, `a ${type.name} created by its constructor`, value);
}

/**
 * A module that maps one tensor to one tensor, as {@link Sequential} requires.
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
  /** Computes the layer's output. */
  abstract forward(input: Tensor): Tensor;
}
