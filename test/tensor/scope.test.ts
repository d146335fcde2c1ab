import type { LibtorchGenerativeError } from '../../src/errors';
import { Mixture } from '../../src/models/mixture';
import { ReLU } from '../../src/nn/activations';
import { Sequential } from '../../src/nn/sequential';
import { grad } from '../../src/tensor/autograd';
import { ones, tensor } from '../../src/tensor/creation';
import { memory, scope } from '../../src/tensor/scope';
import type { Tensor } from '../../src/tensor/tensor';
import { tensorsIn, tensorsOf } from '../../src/tensor/tensors-in';
import { errorOf } from '../error-of';
import { numbersOf } from '../fixtures/fixture';
import { ownMemory } from '../own-memory';

const start = ownMemory();
const sinceStart = () => memory().tensors - start.tensors;

afterEach(() => {
  expect(ownMemory()).toEqual(start);
});

describe('scope', () => {
  test('frees what was made inside', () => {
    let inside: Tensor | undefined;
    const sum = scope(() => {
      inside = ones([10]);
      expect(memory().scopes).toBe(start.scopes + 1);
      return inside.mul(2).sum().item();
    });
    expect(sum).toBe(20);
    expect(inside!.isDisposed).toBe(true);
  });

  test('lets a returned tensor out', () => {
    const result = scope(() => ones([2]).mul(3));
    expect(numbersOf(result)).toEqual([3, 3]);
    expect(sinceStart()).toBe(1);
    result.dispose();
  });

  test('lets tensors out in arrays, objects and maps', () => {
    const result = scope(() => ({
      list: [ones([1]), [tensor([2])]],
      map: new Map([['three', { deep: tensor([3]) }]]),
      bare: Object.assign(Object.create(null), { four: tensor([4]) }) as { four: Tensor },
      text: 'x',
      nothing: null,
      missing: undefined,
      rest: ones([5]).shape,
    }));
    const [first, [second]] = result.list as [Tensor, [Tensor]];
    const tensors = [first, second, result.map.get('three')!.deep, result.bare.four];
    expect(tensors.map((each) => each.item())).toEqual([1, 2, 3, 4]);
    expect(sinceStart()).toBe(4);
    for (const each of tensors) each.dispose();
  });

  test('lets tensors out of sets, keys of maps and objects of any class', () => {
    const own: unique symbol = Symbol('own');
    class Base {
      readonly #hidden = tensor([1]);
      inherited = tensor([2]);
      [tensorsOf](): unknown {
        return this.#hidden;
      }
      get hidden() {
        return this.#hidden;
      }
    }
    class Derived extends Base {
      readonly #more = new Map([['deep', { set: new Set([tensor([3])]) }]]);
      [own] = [tensor([4])];
      override [tensorsOf](): unknown {
        return [super[tensorsOf](), this.#more];
      }
    }
    class List extends Array<Tensor> {
      extra = tensor([5]);
    }
    const results = scope(() => [
      new Set([tensor([6])]),
      new Map([[{ key: tensor([7]) }, tensor([8])]]),
      new Derived(),
      List.of(tensor([9])),
      Object.assign(() => 0, { property: tensor([10]) }),
      Object.assign([1], { named: tensor([11]) }),
      new (class extends Map<number, Tensor> {
        override entries(): never {
          throw new Error('not mine to call');
        }
      })([[1, tensor([12])]]),
      Object.freeze({ frozen: tensor([13]) }),
    ]);
    expect(sinceStart()).toBe(13);
    expect((results[2] as Derived).hidden.item()).toBe(1);
    for (const each of tensorsIn(results)) each.dispose();
  });

  test("lets the package's own objects out whole", () => {
    const raw = ones([1, 2, 3]);
    const mixture = scope(() => new Mixture(raw.mul(1)));
    expect(scope(() => mixture.sample().shape)).toEqual([1, 1]);
    const net = scope(
      () =>
        new Sequential(
          new (class extends ReLU {
            noise = ones([2]);
          })(),
        ),
    );
    const [noise] = tensorsIn(net);
    expect(noise!.isDisposed).toBe(false);
    scope(() => mixture); // which it leaves alone
    expect(scope(() => mixture.mean().shape)).toEqual([1, 1]);
    const all = [raw, ...tensorsIn(mixture), ...tensorsIn(net)];
    for (const each of all) each.dispose();
  });

  test('runs no getter, and bears what cannot be read', () => {
    let calls = 0;
    const hostile = scope(() => ({
      get calls() {
        return ++calls;
      },
      proxy: new Proxy(
        {},
        { ownKeys: () => JSON.parse('{'), get: () => JSON.parse('{'), getPrototypeOf: () => JSON.parse('{') },
      ),
      endless: new Proxy(
        {},
        {
          ownKeys: () => ['next'],
          getOwnPropertyDescriptor: () => ({ value: anotherProxy(), configurable: true, enumerable: true }),
        },
      ),
      revoked: revoked(),
      bytes: new Uint8Array(1e6),
      tensor: tensor([1]),
    }));
    expect([calls, hostile.tensor.isDisposed]).toEqual([0, false]);
    hostile.tensor.dispose();

    function anotherProxy(): object {
      return new Proxy(
        {},
        {
          ownKeys: () => ['next'],
          getOwnPropertyDescriptor: () => ({ value: anotherProxy(), configurable: true, enumerable: true }),
        },
      );
    }
    function revoked(): object {
      const { proxy, revoke } = Proxy.revocable([], {});
      revoke();
      return proxy;
    }
  });

  test('lets the tensor behind a Proxy out', () => {
    const proxy = scope(() => new Proxy({ inside: tensor([3]) }, {}));
    expect(proxy.inside.item()).toBe(3);
    proxy.inside.dispose();
  });

  test('has no depth that is too deep, nor arrays that are too long', () => {
    interface Chain {
      next?: Chain | undefined;
      tensor?: Tensor;
    }
    const chain = scope(() => {
      let link: Chain = { tensor: tensor([1]) };
      for (let i = 0; i < 200_000; i++) link = { next: link };
      return link;
    });
    expect(sinceStart()).toBe(1);
    for (const each of tensorsIn(chain)) each.dispose();
    const start = performance.now();
    const numbers = scope(() => [Array.from({ length: 100_000 }, (_, i) => i), new Array(1e9)]);
    expect(performance.now() - start).toBeLessThan(2000); // milliseconds on a quiet machine
    expect(numbers[0]).toHaveLength(100_000);
  });

  test('tells what is wrong with the method of a carrier, and frees everything', () => {
    const body = () => ({
      tensor: ones([1]),
      [tensorsOf]() {
        throw new RangeError('mine');
      },
    });
    expect(errorOf(() => scope(body))).toMatchObject({
      code: 'ERR_INVALID_ARGUMENT',
      message: expect.stringContaining('for what [tensorsOf]() returns'),
    });
  });

  test.each([undefined, null, 5, {}, 'x', ones])('needs a function, not %p', (body) => {
    const error = errorOf(() => (scope as (body: unknown) => unknown)(body === ones ? [body] : body));
    expect(error).toMatchObject({
      code: 'ERR_INVALID_ARGUMENT',
      message: expect.stringMatching(/^Expected a function for body/),
    });
  });

  test('lets the same tensor out twice, and objects in a circle', () => {
    const result = scope(() => {
      const one = ones([1]);
      const circle: { self?: unknown; tensors: Tensor[] } = { tensors: [one, one] };
      circle.self = circle;
      return circle;
    });
    expect(result.tensors[0]!.item()).toBe(1);
    result.tensors[0]!.dispose();
  });

  test('nests: what an inner one returns, the outer frees', () => {
    let [inner, innermost]: (Tensor | undefined)[] = [];
    scope(() => {
      inner = scope(() => {
        innermost = scope(() => ones([1]));
        return innermost.add(1);
      });
      expect([innermost!.isDisposed, inner.isDisposed]).toEqual([true, false]);
    });
    expect(inner!.isDisposed).toBe(true);
  });

  test('leaves alone what was made outside, also if it is returned', () => {
    const outside = ones([1]);
    expect(scope(() => outside)).toBe(outside);
    scope(() => outside.fill_(2));
    expect(outside.item()).toBe(2);
    outside.dispose();
  });

  test('frees everything when its body throws', () => {
    const fail = () =>
      scope(() => {
        ones([10]).mul(ones([10]));
        scope(() => {
          ones([2]).mm(ones([2]));
        });
      });
    expect(fail).toThrow(/aten::mm/);
  });

  test('a tensor disposed of inside is no trouble', () => {
    expect(scope(() => [ones([1])].map((each) => each[Symbol.dispose]()))).toEqual([undefined]);
  });

  test('refuses an asynchronous body, and frees what it made', () => {
    let error: unknown;
    try {
      scope(async () => ones([1]));
    } catch (caught) {
      error = caught;
    }
    expect((error as LibtorchGenerativeError).code).toBe('ERR_INVALID_ARGUMENT');
    expect((error as Error).message).toMatch(/Expected a synchronous function for body .*promise/);
  });

  test('gradients made inside are freed too', () => {
    scope(() => {
      const x = tensor([1, 2], { requiresGrad: true });
      const loss = x.exp().sum();
      loss.backward({ retainGraph: true });
      expect(numbersOf(x.grad!)).toEqual(numbersOf(grad(loss, [x])[0]!));
    });
  });
});

describe('memory', () => {
  test('counts a storage once, whatever views there are', () => {
    scope(() => {
      const x = ones([1000]);
      x.slice(0, 0, 10).view(2, 5);
      x.detach();
      expect(memory().bytes - start.bytes).toBe(4000);
    });
  });
});
