/** What a parameter's type takes, as data that a child process can be given. */
export type Shape =
  | { kind: 'any' | 'function' | 'null' | 'undefined' | 'number' | 'string' | 'boolean' | 'bigint' | 'symbol' }
  | { kind: 'literal'; value: string | number | boolean }
  /** `cuda:${number}`, by its first text. */
  | { kind: 'prefix'; text: string }
  | { kind: 'array'; of: Shape }
  | { kind: 'tuple'; of: Shape[] }
  | { kind: 'union'; of: Shape[] }
  /** A class of the package or of JavaScript's. */
  | { kind: 'instance'; name: string }
  | { kind: 'object'; name: string; properties: Property[] }
  | { kind: 'record'; of: Shape };

export interface Property {
  name: string;
  isOptional: boolean;
  shape: Shape;
}

/** The alternatives of a union, or the one shape itself. */
export function alternatives(shape: Shape): Shape[] {
  return shape.kind === 'union' ? shape.of.flatMap(alternatives) : [shape];
}

/** Whether a value is of the type. What can't be read, such as a Proxy that throws, is of none but `any`. */
export function matches(shape: Shape, value: unknown, classes: Record<string, unknown>): boolean {
  try {
    return fits(shape, value, classes);
  } catch {
    return false;
  }
}

function fits(shape: Shape, value: unknown, classes: Record<string, unknown>): boolean {
  const each = (inner: Shape) => (element: unknown) => fits(inner, element, classes);
  switch (shape.kind) {
    case 'any':
      return true;
    case 'null':
      return value === null;
    case 'literal':
      return value === shape.value;
    case 'prefix':
      return typeof value === 'string' && value.startsWith(shape.text);
    case 'array':
      return Array.isArray(value) && value.length < 1000 && elementsOf(value).every(each(shape.of));
    case 'tuple':
      return Array.isArray(value) && value.length === shape.of.length && shape.of.every((of, i) => each(of)(value[i]));
    case 'union':
      return shape.of.some((of) => fits(of, value, classes));
    case 'instance':
      return value instanceof ((classes[shape.name] ?? globalThis[shape.name as never]) as new () => object);
    case 'object':
      return (
        isRecord(value) &&
        shape.properties.every(({ name, isOptional, shape: of }) => {
          const property = value[name];
          return property === undefined && isOptional ? true : fits(of, property, classes);
        })
      );
    case 'record':
      return isRecord(value) && Object.values(value).every(each(shape.of));
    default:
      return typeof value === shape.kind;
  }
}

/** By index, as an array may have another iterator. */
function elementsOf(array: unknown[]): unknown[] {
  return Array.from({ length: array.length }, (_, index) => array[index]);
}

/** An object of names and values: no array, Map, Date or the like, which would be read as if it were empty. */
function isRecord(value: unknown): value is Record<string, unknown> {
  return Object.prototype.toString.call(value) === '[object Object]';
}
