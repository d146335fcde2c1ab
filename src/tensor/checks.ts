import { checkInteger, reading } from '../check';
import { invalidArgument } from '../errors';
import { DTYPES, type DType } from '../native/handle';

/** The most dimensions that libtorch's operators support. */
const MOST_DIMENSIONS = 64;

/** Whether `value` names an element type. */
export function isDType(value: unknown): value is DType {
  return DTYPES.includes(value as DType);
}

/** Throws unless `value` names an element type. */
export function checkDType(name: string, value: unknown): void {
  if (isDType(value)) return;
  throw invalidArgument(name, `a dtype (${DTYPES.slice(0, -1).join(', ')} or ${DTYPES.at(-1)})`, value);
}

/** Returns a copy of a shape: whole numbers of at least 0, each read once. */
export function readShape(name: string, shape: number[]): number[] {
  return reading(name, () => {
    if (!Array.isArray(shape)) throw invalidArgument(name, 'an array of sizes such as [2, 3]', shape);
    const { length } = shape;
    if (!(length <= MOST_DIMENSIONS)) throw invalidArgument(name, `at most ${MOST_DIMENSIONS} dimensions`, shape);
    return Array.from({ length }, (_, i) => {
      const size = shape[i]!;
      checkInteger(`${name}[${i}]`, size, { min: 0 });
      return size;
    });
  });
}

/** Throws unless `value` is a shape. */
export function checkShape(name: string, value: unknown): void {
  readShape(name, value as number[]);
}
