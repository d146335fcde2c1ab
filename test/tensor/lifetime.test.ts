import type { LibtorchGenerativeError } from '../../src/errors';
import { ones, tensor, zeros } from '../../src/tensor/creation';
import { keep, memory, scope } from '../../src/tensor/scope';
import { Tensor } from '../../src/tensor/tensor';
import { numbersOf } from '../fixtures/fixture';
import { ownMemory } from '../own-memory';

const codeOf = (body: () => unknown): string => {
  try {
    body();
  } catch (error) {
    return (error as LibtorchGenerativeError).code;
  }
  return 'no error';
};

describe('dispose', () => {
  test('frees at once, and twice is harmless', () => {
    const before = ownMemory();
    const x = ones([1000]);
    expect(ownMemory()).toEqual({ ...before, tensors: before.tensors + 1, bytes: before.bytes + 4000 });
    x.dispose();
    x.dispose();
    expect(ownMemory()).toEqual(before);
    expect([x.isDisposed, String(x)]).toEqual([true, 'tensor(disposed)']);
  });

  test('every use afterwards is ERR_DISPOSED', () => {
    const [gone, x] = [ones([2, 2]), ones([2, 2])];
    gone.dispose();
    const uses: (() => unknown)[] = [
      () => gone.shape,
      () => gone.dtype,
      () => gone.item(),
      () => gone.toArray(),
      () => gone.add(1),
      () => x.add(gone),
      () => x.mm(gone),
      () => x.copy_(gone),
      () => gone.backward(),
      () => gone.grad,
      () => gone.requiresGrad,
      () => gone.clone(),
    ];
    expect(uses.map(codeOf)).toEqual(uses.map(() => 'ERR_DISPOSED'));
    expect(() => gone.add(1)).toThrow('The tensor was disposed of, by dispose() or at the end of its scope');
  });

  // The next tensor takes the slot of the freed one: the old handle must not reach it.
  test('a stale handle does not meet the next tensor in its slot', () => {
    const stale = ones([2]);
    stale.dispose();
    const next = zeros([3]);
    expect(next.handle % 2 ** 24).toBe(stale.handle % 2 ** 24);
    expect(codeOf(() => stale.toArray())).toBe('ERR_DISPOSED');
    stale.dispose();
    expect(next.isDisposed).toBe(false);
    expect(numbersOf(next)).toEqual([0, 0, 0]);
  });

  test('numbers that never were handles are refused', () => {
    for (const handle of [0, 1, -1, 1.5, 2 ** 52, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(codeOf(() => new Tensor(handle).shape)).toMatch(/ERR_INVALID_ARGUMENT|ERR_DISPOSED/);
      expect(new Tensor(handle).isDisposed).toBe(true);
    }
  });

  test('Symbol.dispose is dispose', () => {
    const x = tensor([1]);
    x[Symbol.dispose]();
    expect(x.isDisposed).toBe(true);
  });
});

describe('keep', () => {
  test('takes a tensor out of its scope', () => {
    const before = memory().tensors;
    let kept: Tensor | undefined;
    scope(() => {
      scope(() => {
        kept = keep(ones([2]));
        ones([2]);
      });
    });
    expect(numbersOf(kept!)).toEqual([1, 1]);
    expect(memory().tensors).toBe(before + 1);
    kept!.dispose();
    expect(memory().tensors).toBe(before);
  });
});
