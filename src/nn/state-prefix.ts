import { checkInstance, checkString, readEntries, reading } from '../check';
import { describe, LibtorchGenerativeError } from '../errors';
import { Tensor } from '../tensor/tensor';
import type { StateDict } from './state-dict';

/**
 * Removes a prefix from the names of a state dict in which it is present, in place: PyTorch's wrappers put `module.`
 * (DataParallel) or `_orig_mod.` (torch.compile) before each name of the model that they wrap.
 *
 * `train --init` and the weights of a run folder don't need it: a prefix that all names of a file share is understood
 * there.
 *
 * @param stateDict tensors by name, as {@link readSafetensors} returns them
 * @param prefix the prefix, with its dot: `module.`
 * @throws ERR_INVALID_ARGUMENT; ERR_CHECKPOINT if a name without the prefix is there already; then nothing is changed
 * @see https://docs.pytorch.org/docs/stable/_modules/torch/nn/modules/utils.html
 * @example
 * ```ts
 * import { consumePrefixInStateDictIfPresent, Linear, type StateDict } from 'libtorch-generative';
 *
 * const model = new Linear(3, 2);
 * const { weight, bias } = model.stateDict();
 * const state: StateDict = { 'module.weight': weight!, 'module.bias': bias! }; // as DataParallel saves it
 * consumePrefixInStateDictIfPresent(state, 'module.');
 * model.loadStateDict(state);
 * console.log(Object.keys(state)); // [ 'weight', 'bias' ]
 * ```
 */
export function consumePrefixInStateDictIfPresent(stateDict: StateDict, prefix: string): void {
  const entries = readEntries(stateDict, 'stateDict', 'an object of Tensors by name');
  checkString('prefix', prefix);
  for (const [name, value] of entries) checkInstance(`stateDict.${name}`, value, Tensor);
  const names = new Set(entries.map(([name]) => name));
  const prefixed = entries.filter(([name]) => name.startsWith(prefix));
  for (const [name] of prefixed) {
    if (!names.has(name.slice(prefix.length))) continue;
    throw new LibtorchGenerativeError(
      'ERR_CHECKPOINT',
      `The state has both ${describe(name)} and ${describe(name.slice(prefix.length))}`,
    );
  }
  reading('stateDict', () => {
    for (const [name, value] of prefixed) {
      delete stateDict[name];
      const property = { value, writable: true, enumerable: true, configurable: true };
      Object.defineProperty(stateDict, name.slice(prefix.length), property);
    }
  });
}

/**
 * Returns the tensors of a file by the names of a model: without the prefix that all names share, such as `module.` or
 * `generator.`, if they are the model's exactly once it is removed; else as they are.
 */
export function withModelNames(tensors: StateDict, names: readonly string[]): StateDict {
  const [first] = names;
  const wanted = new Set(names);
  const entries = Object.entries(tensors);
  const fits = (prefix: string) =>
    entries.every(([name]) => name.startsWith(prefix) && wanted.has(name.slice(prefix.length)));
  if (first === undefined || entries.length !== wanted.size || Object.hasOwn(tensors, first)) return tensors;
  const prefixes = entries.filter(([name]) => name.endsWith(`.${first}`)).map(([name]) => name.slice(0, -first.length));
  const prefix = prefixes.find(fits);
  if (prefix === undefined) return tensors;
  return Object.fromEntries(entries.map(([name, value]) => [name.slice(prefix.length), value]));
}
