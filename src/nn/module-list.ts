import { checkInteger, reading } from '../check';
import { invalidArgument } from '../errors';
import { checkModule, Module } from './module';

/**
 * Modules in a list, whose parameters are named by position: `blocks.0.weight`. A plain array as a module's property does
 * the same; a list also is a module by itself.
 *
 * @typeParam Each what is in it
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
   * A list of modules.
   *
   * @param modules default none
   * @throws ERR_INVALID_ARGUMENT for what is no {@link Module}
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

  /** How many there are. */
  get length(): number {
    return this.#modules.length;
  }

  /** The module at a position, as for arrays: -1 is the last. */
  at(index: number): Each | undefined {
    checkInteger('index', index);
    return this.#modules.at(index);
  }

  /** Adds modules at the end. @returns the new length @throws ERR_INVALID_ARGUMENT for what is no {@link Module} */
  push(...modules: Each[]): number {
    for (const [index, module] of modules.entries()) checkModule(`modules[${index}]`, module);
    return this.#modules.push(...modules);
  }

  /** The modules in their order. */
  [Symbol.iterator](): IterableIterator<Each> {
    return this.#modules.values();
  }
}

/** The modules with their positions, each read when it is its turn. */
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
