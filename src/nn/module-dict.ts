import { checkString, reading } from '../check';
import { invalidArgument } from '../errors';
import { checkModule, Module } from './module';

/**
 * Modules by name, which is part of their parameters' names: `heads.mean.weight`. A plain object or a Map as a module's
 * property does the same; a dict also is a module by itself. It is iterated as a Map is.
 *
 * @typeParam Each what is in it
 * @see https://docs.pytorch.org/docs/stable/generated/torch.nn.ModuleDict.html
 * @example
 * ```ts
 * import { Linear, ModuleDict, ones } from 'libtorch-generative';
 *
 * const heads = new ModuleDict({ mean: new Linear(8, 1), deviation: new Linear(8, 1) });
 * heads.set('weight', new Linear(8, 3));
 * console.log(heads.get('weight')!.forward(ones([2, 8])).shape); // [ 2, 3 ]
 * for (const [name, head] of heads) console.log(name, head.parameters().length);
 * console.log(heads.namedParameters()[0]![0]); // mean.weight
 * ```
 */
export class ModuleDict<Each extends Module = Module> extends Module {
  readonly #modules = new Map<string, Each>();

  /**
   * Modules by name, in the order of the object or Map.
   *
   * @param modules default none
   * @throws ERR_INVALID_ARGUMENT for what is no {@link Module}, or a name that is empty or has a dot
   */
  constructor(modules: Readonly<Record<string, Each>> | ReadonlyMap<string, Each> = {}) {
    super();
    for (const [name, module] of readEntries(modules)) this.set(name, module);
  }

  protected override members(): object {
    return this.#modules;
  }

  /** How many there are. */
  get size(): number {
    return this.#modules.size;
  }

  /** The module with a name. */
  get(name: string): Each | undefined {
    checkString('name', name);
    return this.#modules.get(name);
  }

  /** Whether there is a module with this name. */
  has(name: string): boolean {
    checkString('name', name);
    return this.#modules.has(name);
  }

  /**
   * Adds a module, or replaces the one with this name.
   *
   * @returns the dict
   * @throws ERR_INVALID_ARGUMENT as for the constructor
   */
  set(name: string, module: Each): this {
    if (typeof name !== 'string' || name === '' || name.includes('.')) {
      throw invalidArgument('name', 'a name without a dot', name);
    }
    checkModule(name, module);
    this.#modules.set(name, module);
    return this;
  }

  /** The names in the order in which they were added. */
  keys(): IterableIterator<string> {
    return this.#modules.keys();
  }

  /** The modules in the order in which they were added. */
  values(): IterableIterator<Each> {
    return this.#modules.values();
  }

  /** Names with their modules. */
  [Symbol.iterator](): IterableIterator<[string, Each]> {
    return this.#modules.entries();
  }
}

function readEntries<Each>(modules: Readonly<Record<string, Each>> | ReadonlyMap<string, Each>): [string, Each][] {
  return reading('modules', () => {
    if (modules instanceof Map) return [...modules];
    if (Object.prototype.toString.call(modules) === '[object Object]') return Object.entries(modules);
    throw invalidArgument('modules', 'an object or a Map of modules', modules);
  });
}
