import type { Callable } from './callables';
import { junk, junkFor } from './junk';
import { exported, receiverOf, validArguments } from './recipes';
import { alternatives, matches, type Property, type Shape } from './shape';

/** One call with one wrong argument. */
export interface Case {
  /** "Linear.forward(input" */
  place: string;
  /** "= 5" */
  junk: string;
  /** Whether it may return normally, as the value is of the parameter's type. */
  mayReturn: boolean;
  /** What the error's message has to have in it. */
  expected?: string;
  call(): unknown;
}

/** Objects that carry data, which may have more on them; all others are options, whose names are all known. */
const DATA = ['Series', 'ImageSet', 'SeriesEncodingState', 'EpochCursor', 'TimeStep', 'ErrorOptions'];

type Path = [index: number, ...(string | number)[]];

/** All calls of a callable with one wrong value somewhere in its arguments. */
export function* casesOf(callable: Callable): Generator<Case> {
  yield* missing(callable);
  for (const [index, parameter] of callable.parameters.entries()) {
    yield* casesAt(callable, [index], parameter, parameter.name);
  }
}

function* missing(callable: Callable): Generator<Case> {
  for (const [index, { name, isOptional, shape }] of callable.parameters.entries()) {
    const call = () => invoke(callable, validArguments(callable).slice(0, index));
    const mayReturn = matches(shape, undefined, exported);
    if (!isOptional) yield { place: `${callable.name}(${name}`, junk: 'missing', mayReturn, call };
  }
}

function* casesAt(
  callable: Callable,
  path: Path,
  { isOptional, shape, accepts = shape }: Property & { accepts?: Shape },
  title: string,
): Generator<Case> {
  const place = `${callable.name}(${title}`;
  const values = () => [...junk(), ...junkFor(shape)];
  for (const [index, { name, value }] of values().entries()) {
    const mayReturn = (isOptional && value === undefined) || matches(accepts, value, exported);
    const call = () => invoke(callable, withValue(validArguments(callable), path, values()[index]!.value));
    yield { place, junk: `= ${name}`, mayReturn, call };
  }
  for (const each of alternatives(shape)) {
    if (path.length < 4) yield* casesWithin(callable, path, each, title, accepts);
  }
}

/** Wrong values inside of an object or array that is otherwise right. */
function* casesWithin(callable: Callable, path: Path, shape: Shape, title: string, accepts: Shape): Generator<Case> {
  const valid = valueAt(validArguments(callable), path);
  const element = (of: Shape): Property => ({ name: '', isOptional: false, shape: of });
  if (shape.kind === 'object') {
    for (const property of shape.properties) {
      if (path.length > 1 && valid === undefined) continue;
      const place = `${title}.${property.name}`;
      yield* casesAt(callable, [...path, property.name], { ...property, ...inAny(accepts, property) }, place);
      yield throwingGetter(callable, path, property.name, place);
    }
    if (path.length === 1 && !DATA.includes(shape.name)) yield* misspelled(callable, path, shape.properties, title);
  } else if (shape.kind === 'record' && valid) {
    yield* casesAt(callable, [...path, Object.keys(valid)[0] ?? 'a'], element(shape.of), `${title}.*`);
  } else if ((shape.kind === 'array' || shape.kind === 'tuple') && Array.isArray(valid) && valid.length > 0) {
    const of = shape.kind === 'array' ? shape.of : shape.of[0]!;
    const inOthers = alternatives(accepts).flatMap((each) => (each.kind === 'array' ? each.of : []));
    const accepted: Shape = { kind: 'union', of: [of, ...inOthers] };
    yield* casesAt(callable, [...path, 0], { ...element(of), accepts: accepted }, `${title}[0]`);
  }
}

/** Whether any of the objects that are accepted does without a property. */
function inAny(accepts: Shape, { name }: Property): Pick<Property, 'isOptional'> {
  const properties = alternatives(accepts).flatMap((each) => (each.kind === 'object' ? [each.properties] : []));
  return { isOptional: properties.some((each) => each.find((one) => one.name === name)?.isOptional ?? true) };
}

function throwingGetter(callable: Callable, path: Path, name: string, place: string): Case {
  const call = () => {
    const valid = validArguments(callable);
    const get = () => {
      throw new Error('hostile');
    };
    const object = Object.defineProperty({ ...(valueAt(valid, path) as object) }, name, { get, enumerable: true });
    return invoke(callable, withValue(valid, path, object));
  };
  return { place: `${callable.name}(${place}`, junk: '= a getter that throws', mayReturn: false, call };
}

function* misspelled(callable: Callable, path: Path, properties: Property[], title: string): Generator<Case> {
  const known = properties.map(({ name }) => name);
  for (const name of known) {
    const wrong = name.slice(0, -2) + name.slice(-1);
    if (name.length < 4 || known.includes(wrong)) continue;
    const call = () => {
      const valid = validArguments(callable);
      const options = valueAt(valid, path);
      return invoke(callable, withValue(valid, path, { ...(typeof options === 'object' && options), [wrong]: 1 }));
    };
    const place = `${callable.name}(${title}.${wrong}`;
    yield { place, junk: 'is unknown', mayReturn: false, expected: `Did you mean "${name}"?`, call };
  }
}

function invoke(callable: Callable, args: unknown[]): unknown {
  const receiver = receiverOf(callable) as Record<string | symbol, unknown>;
  if (callable.kind === 'setter') {
    receiver[callable.member] = args[0];
    return undefined;
  }
  const target = receiver ? receiver[callable.member] : exported[callable.owner];
  if (callable.kind === 'constructor') return Reflect.construct(target as () => void, args);
  return Reflect.apply(target as () => unknown, receiver, args);
}

/** Calls with nothing wrong. */
export function callValid(callable: Callable): unknown {
  return invoke(callable, validArguments(callable));
}

function valueAt(container: unknown, path: readonly (string | number)[]): unknown {
  return path.reduce((value, key) => (value as Record<string | number, unknown> | undefined)?.[key], container);
}

/** A copy of plain objects and arrays in which the value at a path is another. */
function withValue(container: unknown[], path: readonly (string | number)[], value: unknown): unknown[] {
  const [key, ...rest] = path as [number, ...(string | number)[]];
  const copy = (Array.isArray(container) ? [...container] : { ...(container as object) }) as unknown[];
  copy[key] = rest.length === 0 ? value : withValue((copy[key] ?? {}) as unknown[], rest, value);
  return copy;
}
