import { differences } from './differencing';

/** Less than this part of an input's variance is left to it by the others: it is told too little to be given an effect. */
const RIDGE = 1e-2;
/** Values per input from which effects are estimated. */
export const LEAST_VALUES = 8;

/**
 * Returns the linear effect of inputs on values, by ridge regression of their differences, which trends and levels don't
 * disturb; zeros if there are too few values.
 *
 * @param values (T), NaN where missing
 * @param inputs (T) each
 */
export function effectsOf(values: Float64Array, inputs: readonly Float64Array[]): number[] {
  const count = inputs.length;
  if (count === 0) return [];
  const target = differences(values, 1);
  const changes = inputs.map((input) => differences(input, 1));
  const steps = [...target.keys()].filter((step) => !Number.isNaN(target[step]));
  if (steps.length < LEAST_VALUES * count) return new Array<number>(count).fill(0);
  const product = (a: Float64Array, b: Float64Array) => steps.reduce((sum, step) => sum + a[step]! * b[step]!, 0);
  const matrix = changes.map((a, row) =>
    changes.map(
      (b, column) => product(a, b) * (row === column ? 1 + RIDGE : 1) + (row === column ? Number.MIN_VALUE : 0),
    ),
  );
  const right = changes.map((change) => product(change, target));
  return solve(matrix, right).map((effect) => (Number.isFinite(effect) ? effect : 0));
}

/** Solves a system of equations with a symmetric, positive matrix, in place, by Gaussian elimination. */
function solve(matrix: number[][], right: number[]): number[] {
  const count = right.length;
  for (let pivot = 0; pivot < count; pivot++) {
    for (let row = pivot + 1; row < count; row++) {
      const factor = matrix[pivot]![pivot]! > 0 ? matrix[row]![pivot]! / matrix[pivot]![pivot]! : 0;
      for (let column = pivot; column < count; column++) matrix[row]![column]! -= factor * matrix[pivot]![column]!;
      right[row]! -= factor * right[pivot]!;
    }
  }
  const solution = new Array<number>(count).fill(0);
  for (let row = count - 1; row >= 0; row--) {
    const rest = solution.reduce((sum, each, column) => sum + (column > row ? matrix[row]![column]! * each : 0), 0);
    solution[row] = matrix[row]![row]! > 0 ? (right[row]! - rest) / matrix[row]![row]! : 0;
  }
  return solution;
}
