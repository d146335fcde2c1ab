import type { LibtorchGenerativeError } from '../../src/errors';
import { grad } from '../../src/tensor/autograd';
import { ones, tensor } from '../../src/tensor/creation';
import { memory, scope } from '../../src/tensor/scope';
import type { Tensor } from '../../src/tensor/tensor';
import { numbersOf } from '../fixtures/fixture';

const start = memory();
const sinceStart = () => memory().tensors - start.tensors;

afterEach(() => {
  expect(memory()).toEqual(start);
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
      rest: ones([5]).size,
    }));
    const [first, [second]] = result.list as [Tensor, [Tensor]];
    const tensors = [first, second, result.map.get('three')!.deep, result.bare.four];
    expect(tensors.map((each) => each.item())).toEqual([1, 2, 3, 4]);
    expect(sinceStart()).toBe(4);
    for (const each of tensors) each.dispose();
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
