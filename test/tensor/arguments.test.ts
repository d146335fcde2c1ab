import { grad, noGrad } from '../../src/tensor/autograd';
import { arange, cat, full, ones, stack, tensor, where, zeros } from '../../src/tensor/creation';
import { resolveDevice, setNumThreads } from '../../src/tensor/device';
import {
  bernoulli,
  getGeneratorState,
  manualSeed,
  multinomial,
  RandomGenerator,
  rand,
  randn,
  randperm,
  setGeneratorState,
} from '../../src/tensor/random';
import { keep, scope } from '../../src/tensor/scope';
import { errorOf } from '../error-of';
import { numbersOf } from '../fixtures/fixture';

/** A function called with what its types forbid. */
// biome-ignore lint/suspicious/noExplicitAny: plain JavaScript
const js = (f: (...args: any[]) => unknown, ...args: unknown[]) => errorOf(() => f(...args));

const throwing = { get: () => JSON.parse('{'), ownKeys: () => JSON.parse('{'), getPrototypeOf: () => JSON.parse('{') };
const proxy = new Proxy([], throwing);
const getter = Object.defineProperty([1], 0, { get: () => JSON.parse('{') });

describe('unknown options are refused with the nearest known one', () => {
  test.each<[string, () => Error, string]>([
    [
      'ones',
      () => js(ones, [2], { requires_grad: true }),
      'Unknown option "requires_grad". Did you mean "requiresGrad"?',
    ],
    ['zeros', () => js(zeros, [1], { dtpye: 'int64' }), 'Unknown option "dtpye". Did you mean "dtype"?'],
    ['full', () => js(full, [1], 2, { Device: 'cpu' }), 'Unknown option "Device". Did you mean "device"?'],
    ['tensor', () => js(tensor, [1], { shapes: [1] }), 'Unknown option "shapes". Did you mean "shape"?'],
    ['arange', () => js(arange, 3, { dtypes: 'int64' }), 'Unknown option "dtypes". Did you mean "dtype"?'],
    ['randn', () => js(randn, [1], { generater: 1 }), 'Unknown option "generater". Did you mean "generator"?'],
    [
      'rand',
      () => js(rand, [1], { seed: 1 }),
      'Unknown option "seed". Known options: generator, dtype, device, requiresGrad.',
    ],
    [
      'randperm',
      () => js(randperm, 1, { dtype: 'int64' }),
      'Unknown option "dtype". Known options: generator, device.',
    ],
    ['bernoulli', () => js(bernoulli, ones([1]), { gen: 1 }), 'Unknown option "gen". Known options: generator.'],
    [
      'multinomial',
      () => js(multinomial, ones([1]), 1, { replace: true }),
      'Unknown option "replace". Did you mean "replacement"?',
    ],
    [
      'grad',
      () => js(grad, ones([]), [], { create_graph: true }),
      'Unknown option "create_graph". Did you mean "createGraph"?',
    ],
  ])('%s', (_, body, message) => {
    expect(body()).toMatchObject({ code: 'ERR_INVALID_ARGUMENT', message });
  });
});

describe('what is no argument is named', () => {
  test.each<[string, () => Error, RegExp]>([
    ['no shape', () => js(zeros), /an array of sizes such as \[2, 3\] for shape but received undefined/],
    ['a number as shape', () => js(randn, 3), /for shape but received 3/],
    [
      'a NaN in a shape',
      () => js(ones, [2, Number.NaN]),
      /a whole number of at least 0 for shape\[1\] but received NaN/,
    ],
    ['a negative size', () => js(rand, [-1]), /for shape\[0\] but received -1/],
    ['a hole in a shape', () => js(zeros, new Array(3)), /for shape\[0\] but received undefined/],
    [
      'a shape of a billion holes',
      () => js(zeros, new Array(1e9)),
      /at most 64 dimensions for shape but received an array of 1000000000/,
    ],
    ['a shape that throws', () => js(zeros, getter), /for shape but received a SyntaxError/],
    ['a shape that is a Proxy', () => js(zeros, proxy), /for shape/],
    ['options that throw', () => js(zeros, [1], proxy), /options/],
    ['options of text', () => js(zeros, [1], 'int64'), /an object for options but received "int64"/],
    [
      'another dtype',
      () => js(ones, [1], { dtype: 'float' }),
      /a dtype \(float32, .* or bfloat16\) for dtype but received "float"/,
    ],
    ['requiresGrad of 1', () => js(ones, [1], { requiresGrad: 1 }), /true or false for requiresGrad but received 1/],
    ['no fill', () => js(full, [1]), /a number for fill_value but received undefined/],
    ['no end', () => js(arange), /a number for end but received undefined/],
    ['an end that is NaN', () => js(arange, Number.NaN), /a number for end but received NaN/],
    ['a step of 0', () => js(arange, 0, 1, 0), /a number other than 0 for step but received 0/],
    ['a step away from the end', () => js(arange, 5, 0), /a step from 5 toward 0 for step but received 1/],
    ['four numbers', () => js(arange, 0, 1, 1, 1), /an object for options but received 1/],
    ['no generator', () => js(randn, [1], { generator: {} }), /a RandomGenerator for generator but received an object/],
    ['a permutation of 2.5', () => js(randperm, 2.5), /a whole number of at least 0 for n but received 2.5/],
    ['no samples', () => js(multinomial, ones([2]), 0), /at least 1 for numSamples but received 0/],
    ['no probabilities', () => js(bernoulli, 0.5), /a Tensor for probabilities but received 0.5/],
    ['weights that throw', () => js(multinomial, proxy, 1), /a Tensor for weights but received/],
    ['tensors that are none', () => js(cat, [ones([1]), 5]), /a Tensor for tensors\[1\] but received 5/],
    ['one tensor', () => js(stack, ones([1])), /an array of Tensors for tensors but received a Tensor/],
    ['holes', () => js(cat, new Array(2)), /a Tensor for tensors\[0\] but received undefined/],
    ['a Proxy of tensors', () => js(cat, proxy), /for tensors/],
    ['a dim of text', () => js(cat, [ones([1])], '0'), /an integer for dim but received a string/],
    ['a condition of numbers', () => js(where, [true], 1, 2), /a Tensor for condition but received an array/],
    ['inputs that are none', () => js(grad, ones([]), 'x'), /an array of Tensors for inputs but received "x"/],
    ['no loss', () => js(grad, undefined, []), /a Tensor for loss but received undefined/],
    ['a seed of 1.5', () => js(manualSeed, 1.5), /an integer .* for seed but received 1.5/],
    ['a seed of text', () => js(new RandomGenerator().manualSeed, '7'), /for seed but received "7"/],
    ['a seed of 65 bits', () => js(manualSeed, 2n ** 64n), /an integer of 64 bits for seed/],
    ['a body of text', () => js(noGrad, 'body'), /a function for body but received "body"/],
    ['no tensor to keep', () => js(keep, {}), /a Tensor for tensor but received an object/],
    ['half a thread', () => js(setNumThreads, 0.5), /an integer for numThreads but received 0.5/],
    [
      'a million threads',
      () => js(setNumThreads, 1e6),
      /an integer from 1 to 4096 for numThreads but received 1000000/,
    ],
  ])('%s', (_, body, message) => {
    expect(body()).toMatchObject({ code: 'ERR_INVALID_ARGUMENT', message: expect.stringMatching(message) });
  });

  const devices = [
    'gpu',
    '',
    'CPU',
    'cuda:',
    'cuda:-1',
    'cuda:01',
    'cuda:99999',
    'mps',
    5,
    null,
    {},
    Symbol('cpu'),
    proxy,
  ];
  test.each(devices.map((device) => ({ device })))('what is no device, case %#', ({ device }) => {
    const bodies = [
      () => js(resolveDevice, device),
      () => js(zeros, [1], { device }),
      () => js(tensor, 1, { device }),
      () => js(randn, [1], { device }),
      () => js(arange, 1, { device }),
      () => js(getGeneratorState, device),
    ];
    expect(bodies.map((body) => (body() as { code?: string }).code)).toEqual(bodies.map(() => 'ERR_DEVICE'));
  });

  test('"auto" is a device everywhere', () => {
    const made = [zeros([1], { device: 'auto' }), tensor(1, { device: 'auto' }), randn([1], { device: 'auto' })];
    expect(made.map(({ device }) => device)).toEqual(made.map(() => resolveDevice()));
  });
});

describe('requests that can only exhaust the machine are refused, with their size', () => {
  test.each<[string, () => unknown]>([
    ['zeros', () => zeros([1e9, 1e9])],
    ['ones', () => ones([2 ** 45])],
    ['randn', () => randn([1e13])],
    ['rand in float64', () => rand([1e7, 1e6], { dtype: 'float64' })],
    ['randperm', () => randperm(1e13)],
    ['arange', () => arange(1e14)],
    ['a copy of a view', () => ones([1]).expand(1e14).clone()],
    ['a typed array', () => ones([1]).expand(1e14).toArray()],
  ])('%s', (_, body) => {
    expect(errorOf(body)).toMatchObject({
      code: 'ERR_LIBTORCH',
      message: expect.stringMatching(/a tensor of \d+\.\d GiB is more than all of this machine's memory, \d+\.\d GiB/),
    });
  });

  test('also where the number of bytes is beyond all integers', () => {
    expect(errorOf(() => zeros([1e12, 1e12])).code).toBe('ERR_LIBTORCH');
    expect(errorOf(() => arange(1e300)).code).toBe('ERR_LIBTORCH');
  });
});

describe('data', () => {
  const cyclic: unknown[] = [];
  cyclic.push(cyclic);
  const row = Array(1e6).fill(0);

  test.each<[string, unknown, string, RegExp]>([
    ['an array in itself', cyclic, 'ERR_SHAPE', /at most 64 dimensions/],
    ['holes', new Array(3), 'ERR_INVALID_ARGUMENT', /received undefined/],
    ['a billion holes', [new Array(1e9)], 'ERR_INVALID_ARGUMENT', /received undefined/],
    [
      'a row in a million places',
      Array(1e6).fill(row),
      'ERR_LIBTORCH',
      /1000000000000 numbers in data \[1000000, 1000000\]/,
    ],
    ['nothing in a trillion places', Array(1e6).fill(Array(1e6).fill([])), 'ERR_LIBTORCH', /Out of memory/],
    ['text', '12', 'ERR_INVALID_ARGUMENT', /received "12"/],
    ['a bigint', [1n], 'ERR_INVALID_ARGUMENT', /received 1n/],
    ['an object', { 0: 1, length: 1 }, 'ERR_INVALID_ARGUMENT', /received an object/],
    ['a getter that throws', getter, 'ERR_INVALID_ARGUMENT', /for data but received a SyntaxError/],
    ['a Proxy that throws', proxy, 'ERR_INVALID_ARGUMENT', /for data/],
    ['a DataView', new DataView(new ArrayBuffer(8)), 'ERR_INVALID_ARGUMENT', /a typed array for data/],
    ['a tensor', ones([1]), 'ERR_INVALID_ARGUMENT', /received a Tensor/],
  ])('of %s is refused', (_, data, code, message) => {
    expect(js(tensor, data)).toMatchObject({ code, message: expect.stringMatching(message) });
  });

  test('that no integer is, is refused for integers', () => {
    for (const [dtype, value] of [
      ['int64', Number.NaN],
      ['int64', 2 ** 63],
      ['int32', 2 ** 31],
      ['int32', Number.NEGATIVE_INFINITY],
      ['uint8', 256],
      ['uint8', -1],
    ] as const) {
      expect(errorOf(() => tensor([0, value], { dtype })).message).toBe(
        `Expected numbers that fit ${dtype} for data but received ${value}`,
      );
    }
    expect(numbersOf(tensor([255.9, -0.5], { dtype: 'uint8' }))).toEqual([255, 0]);
  });

  test('in a detached buffer is refused, in a shared one read', () => {
    const detached = new Float32Array(4);
    structuredClone(detached.buffer, { transfer: [detached.buffer] });
    expect(errorOf(() => tensor(detached))).toMatchObject({
      code: 'ERR_INVALID_ARGUMENT',
      message: 'Expected a typed array for data but received one whose buffer was transferred or detached',
    });
    expect(errorOf(() => setGeneratorState(new Uint8Array(detached.buffer.byteLength))).code).toMatch(/^ERR_/);
    const shared = new Float32Array(new SharedArrayBuffer(24), 4, 4);
    shared.set([1, 2, 3, 4]);
    expect(numbersOf(tensor(shared, { shape: [2, 2] }))).toEqual([1, 2, 3, 4]);
  });

  test('whose own properties lie is what it is', () => {
    const array = Object.defineProperty(Float32Array.of(1, 2), 'length', { value: 1e9 });
    expect(numbersOf(tensor(array))).toEqual([1, 2]);
  });
});

describe('a generator refuses a state that is none', () => {
  const state = new RandomGenerator(1).getState();

  test.each<[string, unknown]>([
    ['nothing', undefined],
    ['numbers', [1, 2, 3]],
    ['too few bytes', state.slice(0, 100)],
    ['no bytes', new Uint8Array(0)],
    ['zeros', new Uint8Array(state.length)],
    ['ones', new Uint8Array(state.length).fill(255)],
    ['a position that does not belong to what is left', withBytes(8, [112, 2, 0, 0, 1, 0, 0, 0, 112, 2])],
  ])('%s', (_, bytes) => {
    const before = getGeneratorState();
    expect(js(setGeneratorState, bytes)).toMatchObject({ code: expect.stringMatching(/^ERR_(INVALID_ARG|LIBTORCH)/) });
    expect(Buffer.from(getGeneratorState()).equals(before)).toBe(true);
  });

  function withBytes(offset: number, bytes: number[]): Uint8Array {
    const copy = Uint8Array.from(state);
    copy.set(bytes, offset);
    return copy;
  }

  test('and takes every state that it gave', () => {
    const generator = new RandomGenerator(1);
    for (let i = 0; i < 1300; i++) {
      generator.setState(generator.getState());
      rand([1], { generator }).dispose();
    }
    expect(rand([1], { generator }).item()).toBeLessThan(1);
  });
});

test('scope and noGrad refuse a thenable, and go back', () => {
  for (const run of [scope, noGrad]) {
    // biome-ignore lint/suspicious/noThenProperty: that is the point
    expect(errorOf(() => run(() => ({ then: () => 0 }))).message).toMatch(/received one that returns a promise/);
    expect(run(() => Object.defineProperty({}, 'then', { get: () => JSON.parse('{') }))).toBeInstanceOf(Object);
  }
  expect(ones([1], { requiresGrad: true }).mul(2).requiresGrad).toBe(true);
});
