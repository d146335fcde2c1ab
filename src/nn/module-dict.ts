import { checkString, reading } from '../check';
import { invalidArgument } from '../errors';
import { checkModule, Module } from './module';

/**
 * Modules by name; the names become part of the parameters' names: `heads.mean.weight`. A plain object or Map as a
 * module's property works too, but a dict is a module itself. It iterates like a Map.
 *
 * @typeParam Each the type of its modules
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
   * Creates a dict with the given modules, in the order of the object or Map.
   *
   * @param modules modules by name. Default none.
   * @throws ERR_INVALID_ARGUMENT if a value is not a {@link Module}, or a name is empty or contains a dot
   */
  constructor(modules: Readonly<Record<string, Each>> | ReadonlyMap<string, Each> = {}) {
    super();
    for (const [name, module] of readEntries(modules)) this.set(name, module);
  }

  protected override members(): object {
    return this.#modules;
  }

  /** The number of modules. */
  get size(): number {
    return this.#modules.size;
  }

  /** Returns the module with this name, or undefined. */
  get(name: string): Each | undefined {
    checkString('name', name);
    return this.#modules.get(name);
  }

  /** Returns whether the dict has a module with this name. */
  has(name: string): boolean {
    checkString('name', name);
    return this.#modules.has(name);
  }

  /**
   * Adds a module, or replaces the one with this name.
   *
   * @returns the dict
   * @throws ERR_INVALID_ARGUMENT as the constructor does
   */
  set(name: string, module: Each): this {
    if (typeof name !== 'string' || name === '' || name.includes('.')) {
      throw invalidArgument('name', 'a name without a dot', name);
    }
    checkModule(name, module);
    this.#modules.set(name, module);
    return this;
  }

  /** Returns the names in insertion order. */
  keys(): IterableIterator<string> {
    return this.#modules.keys();
  }

  /** Returns the modules in insertion order. */
  values(): IterableIterator<Each> {
    return this.#modules.values();
  }

  /** Returns the names with their modules. */
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
