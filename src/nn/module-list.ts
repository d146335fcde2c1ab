import { checkInteger, reading } from '../check';
import { invalidArgument } from '../errors';
import { checkModule, Module } from './module';

/**
 * A list of modules; their parameters are named by position: `blocks.0.weight`. A plain array as a module's property
 * works too, but a list is a module itself.
 *
 * @typeParam Each the type of its modules
 * @see https://docs.pytorch.org/docs/stable/generated/torch.nn.ModuleList.html
 * @example
 * ```ts
 * import { Layer, Linear, ModuleList, ones, type Tensor } from 'libtorch-generative';
 *
 * class Residual extends Layer {
 *   readonly blocks = new ModuleList([new Linear(4, 4), new Linear(4, 4)]);
 *
 *   forward(input: Tensor): Tensor {
 *     let x = input;
 *     for (const block of this.blocks) x = x.add(block.forward(x).relu());
 *     return x;
 *   }
 * }
 *
 * const net = new Residual();
 * net.blocks.push(new Linear(4, 4));
 * console.log(net.forward(ones([2, 4])).shape, net.blocks.length); // [ 2, 4 ] 3
 * console.log(net.namedParameters()[0]![0]); // blocks.0.weight
 * ```
 */
export class ModuleList<Each extends Module = Module> extends Module {
  readonly #modules: Each[] = [];

  /**
   * Creates a list of modules.
   *
   * @param modules the modules, in order. Default none.
   * @throws ERR_INVALID_ARGUMENT if a value is not a {@link Module}
   */
  constructor(modules: Iterable<Each> = []) {
    super();
    for (const [index, module] of readModules(modules)) {
      checkModule(`modules[${index}]`, module);
      this.#modules.push(module);
    }
  }

  protected override members(): object {
    return this.#modules;
  }

  /** The number of modules. */
  get length(): number {
    return this.#modules.length;
  }

  /** Returns the module at a position, like `Array.at`: -1 is the last. */
  at(index: number): Each | undefined {
    checkInteger('index', index);
    return this.#modules.at(index);
  }

  /** Appends modules. @returns the new length @throws ERR_INVALID_ARGUMENT if a value is not a {@link Module} */
  push(...modules: Each[]): number {
    for (const [index, module] of modules.entries()) checkModule(`modules[${index}]`, module);
    return this.#modules.push(...modules);
  }

  /** Returns the modules in order. */
  [Symbol.iterator](): IterableIterator<Each> {
    return this.#modules.values();
  }
}

/** Yields the modules with their positions, reading each when it is needed. */
function* readModules<Each>(modules: Iterable<Each>): Generator<[number, Each]> {
  const iterator = reading('modules', () => {
    const isIterable = typeof modules === 'object' && typeof modules?.[Symbol.iterator] === 'function';
    if (!isIterable || ArrayBuffer.isView(modules)) throw invalidArgument('modules', 'an array of modules', modules);
    return modules[Symbol.iterator]();
  });
  for (let index = 0; ; index++) {
    const next = reading('modules', () => iterator.next());
    if (next.done) return;
    yield [index, next.value];
  }
}
