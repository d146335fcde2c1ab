import { isInstance, reading } from '../check';
import { LibtorchGenerativeError } from '../errors';
import { tensor } from '../tensor/creation';
import { Tensor } from '../tensor/tensor';
import type { StateDict } from './state-dict';

/** Numbers in full, as one tensor of a state dict. */
export function numbersToState(numbers: number[]): Tensor {
  return tensor(numbers, { dtype: 'float64' });
}

/** What {@link numbersToState} wrote under a name. @throws ERR_CHECKPOINT if it isn't there */
export function numbersFromState(state: StateDict, name: string, count: number): number[] {
  const numbers = reading('state', () => state[name]);
  if (isInstance(numbers, Tensor) && String(numbers.shape) === String(count))
    return Array.from(numbers.toArray(), Number);
  throw new LibtorchGenerativeError('ERR_CHECKPOINT', `Expected ${name}, ${count} numbers, in the state`);
}
