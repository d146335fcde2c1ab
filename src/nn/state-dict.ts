import { isInstance, reading } from '../check';
import { describe, invalidArgument, LibtorchGenerativeError, shapeText } from '../errors';
import { Tensor } from '../tensor/tensor';

/** Tensors by name, like PyTorch's `state_dict()`. */
export type StateDict = Record<string, Tensor>;

/**
 * Returns a plain copy of a state, checked to have exactly the expected tensors.
 *
 * @param shapes the shapes of the expected tensors, by name
 * @param owner the name of the state's owner, for messages
 * @throws ERR_CHECKPOINT, naming everything that does not fit
 */
export function readState(state: StateDict, shapes: ReadonlyMap<string, number[]>, owner: string): StateDict {
  if (typeof state !== 'object' || state === null) throw invalidArgument('state', 'an object of Tensors', state);
  const values = new Map<string, unknown>(reading('state', () => Object.entries(state)));
  const problems = [
    ...[...shapes.keys()].filter((name) => !values.has(name)).map((name) => `${name} is missing`),
    ...[...values.keys()].filter((name) => !shapes.has(name)).map((name) => `${name} is unknown`),
    ...[...shapes].flatMap(([name, shape]) => (values.has(name) ? misfits(name, shape, values.get(name)) : [])),
  ];
  if (problems.length === 0) return Object.fromEntries(values) as StateDict;
  throw new LibtorchGenerativeError('ERR_CHECKPOINT', `The state does not fit ${owner}: ${problems.join(', ')}`);
}

function misfits(name: string, shape: number[], value: unknown): string[] {
  if (!isInstance(value, Tensor)) return [`${name} is ${describe(value)} instead of a Tensor`];
  if (String(value.shape) === String(shape)) return [];
  return [`${name} has shape ${shapeText(value.shape)} instead of ${shapeText(shape)}`];
}
