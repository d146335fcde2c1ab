import { isInstance, reading } from '../check';
import { LibtorchGenerativeError } from '../errors';
import { tensor } from '../tensor/creation';
import { Tensor } from '../tensor/tensor';
import type { StateDict } from './state-dict';

/** Stores numbers in full precision as one tensor of a state dict. */
export function numbersToState(numbers: number[]): Tensor {
  return tensor(numbers, { dtype: 'float64' });
}

/** Returns the numbers that {@link numbersToState} stored under a name. @throws ERR_CHECKPOINT if they are missing */
export function numbersFromState(state: StateDict, name: string, count: number): number[] {
  const numbers = reading('state', () => state[name]);
  if (isInstance(numbers, Tensor) && String(numbers.shape) === String(count))
    return Array.from(numbers.toArray(), Number);
  throw new LibtorchGenerativeError('ERR_CHECKPOINT', `Expected ${count} numbers named ${name} in the state`);
}
