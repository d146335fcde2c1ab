import { readFileSync } from 'node:fs';
import { GENERATED_FILE, generateOpTypes } from '../../scripts/generate-types';
import { LibtorchGenerativeError } from '../../src/errors';
import { native } from '../../src/native/addon';
import type { Handle } from '../../src/native/handle';
import { ones } from '../../src/tensor/creation';

const schemas = native().operatorSchemas();
const tensor: Handle = ones([2, 2]).handle;

interface Argument {
  name: string;
  type: string;
  isList: boolean;
  isOptional: boolean;
}

/** What each type of a schema takes, and what it must refuse. */
const VALUES: Record<string, { right: unknown; wrong: unknown[] }> = {
  Tensor: { right: tensor, wrong: ['text', 5, -1, 1.5, {}, [tensor], true, 10n] },
  Scalar: { right: 1, wrong: ['1', true, {}, [1], 1n] },
  int: { right: 0, wrong: ['0', 1.5, Number.NaN, 2 ** 60, true, [0]] },
  SymInt: { right: 1, wrong: ['1', 1.5, Number.POSITIVE_INFINITY, {}] },
  bool: { right: false, wrong: ['false', 0, {}] },
  float: { right: 1.5, wrong: ['1', true, {}, [1], 1n] },
  ScalarType: { right: 'float32', wrong: ['float', 7, {}] },
  Device: { right: 'cpu', wrong: [0, {}, true] },
  Layout: { right: undefined, wrong: ['strided', 0] },
  MemoryFormat: { right: undefined, wrong: ['contiguous', 0] },
  str: { right: undefined, wrong: ['L', 0] },
};

/** Taken apart here anew, so that the test doesn't share the generator's mistakes. */
function argumentsOf(schema: string): Argument[] {
  const list = schema.slice(schema.indexOf('(') + 1, schema.lastIndexOf(') ->'));
  return list
    .split(', ')
    .filter((item) => item !== '*')
    .map((item) => {
      const [, type, list, nullable, name, fallback] =
        /^(\w+)(?:\(a!?(?: -> \*)?\))?(\[\d*\])?(\?)? (\w+)(=.*)?$/.exec(item) ?? [];
      if (!type || !name) throw new Error(`Cannot take ${item} of ${schema} apart`);
      return { name, type, isList: Boolean(list), isOptional: Boolean(nullable || fallback) };
    });
}

function rightValue({ type, isList }: Argument): unknown {
  const { right } = VALUES[type]!;
  return isList ? [right] : right;
}

function wrongValues({ type, isList, isOptional }: Argument): unknown[] {
  const { right, wrong } = VALUES[type]!;
  const missing = isOptional ? [] : [undefined, null];
  return isList
    ? [...wrong.filter((value) => !Array.isArray(value)), ...wrong.map((value) => [right, value]), ...missing]
    : [...wrong, ...missing];
}

function call(op: string, values: unknown[]): unknown {
  return (native() as unknown as Record<string, (...values: unknown[]) => unknown>)[op]!(...values);
}

function errorOf(op: string, values: unknown[]): unknown {
  try {
    return { returned: call(op, values) };
  } catch (error) {
    return error;
  }
}

describe('the generated types', () => {
  // A changed op table with stale types would compile and then fail at run time.
  test('are those of the add-on', () => {
    expect(generateOpTypes(schemas)).toBe(readFileSync(GENERATED_FILE, 'utf8'));
  });

  test('differ as soon as one schema does', () => {
    const changed = { ...schemas, relu: 'relu(Tensor self, bool inplace=False) -> Tensor' };
    expect(generateOpTypes(changed)).not.toBe(readFileSync(GENERATED_FILE, 'utf8'));
  });
});

describe('every operator names the argument that is wrong', () => {
  test.each(Object.entries(schemas))('%s', (op, schema) => {
    const args = argumentsOf(schema);
    const right = args.map(rightValue);
    const before = native().memory().tensors;
    args.forEach((argument, position) => {
      for (const value of wrongValues(argument)) {
        const error = errorOf(op, right.with(position, value)) as LibtorchGenerativeError;
        expect(error).toBeInstanceOf(LibtorchGenerativeError);
        expect(error.message).toMatch(new RegExp(`^Expected .* for ${argument.name}(\\[1\\])? but received `));
        expect(error.code).toBe(argument.name === 'device' ? 'ERR_DEVICE' : 'ERR_INVALID_ARGUMENT');
      }
    });
    expect(native().memory().tensors).toBe(before);
  });

  test('a device that libtorch does not have here', () => {
    expect(errorOf('full', [[2], 1, 'float32', undefined, 'gpu'])).toMatchObject({
      code: 'ERR_DEVICE',
      message: expect.stringContaining('for device but received "gpu"'),
    });
    expect(errorOf('full', [[2], 1, 'float32', undefined, 'meta'])).toMatchObject({ code: 'ERR_DEVICE' });
    expect(errorOf('full', [[2], 1, 'float32', undefined, 'cuda:99'])).toMatchObject({
      code: 'ERR_DEVICE',
      message: expect.stringContaining('cuda:99 is not available'),
    });
  });
});

describe('every operator takes its schema', () => {
  // The defaults of the schema stand in for what is left out.
  test.each(['add', 'leakyRelu', 'softplus', 'flatten', 'slice', 'mseLoss', 'contiguous', 'to', 'var'])(
    '%s without its optional arguments',
    (op) => {
      const required = argumentsOf(schemas[op]!).filter(({ isOptional }) => !isOptional);
      expect(call(op, required.map(rightValue))).toEqual(expect.any(Number));
    },
  );

  test('libtorch refuses by one short message what only it can see', () => {
    const error = errorOf('mm', [tensor, ones([3, 3]).handle]) as LibtorchGenerativeError;
    expect(error.code).toBe('ERR_LIBTORCH');
    expect(error.message).toMatch(/^aten::mm: mat1 and mat2 shapes cannot be multiplied \(2x2 and 3x3\)$/);
  });
});
