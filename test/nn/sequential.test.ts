import { native } from '../../src/native/addon';
import type { DType } from '../../src/native/handle';
import { LeakyReLU, ReLU, Sigmoid, Tanh } from '../../src/nn/activations';
import { Linear } from '../../src/nn/linear';
import type { Layer } from '../../src/nn/module';
import { Sequential } from '../../src/nn/sequential';
import { grad, noGrad } from '../../src/tensor/autograd';
import { full, ones, tensor } from '../../src/tensor/creation';
import { numThreads, setNumThreads } from '../../src/tensor/device';
import { manualSeed, randn } from '../../src/tensor/random';
import { scope } from '../../src/tensor/scope';
import { Tensor } from '../../src/tensor/tensor';
import { errorOf } from '../error-of';

const threadsBefore = numThreads();
afterAll(() => setNumThreads(threadsBefore));
beforeEach(() => manualSeed(1));

const linear = (inFeatures: number, outFeatures: number, bias = true) => new Linear(inFeatures, outFeatures, { bias });

/** The layers by libtorch's own operators, one after another. */
function byOperators(layers: Layer[], input: Tensor): Tensor {
  return layers.reduce((x, layer) => {
    if (!(layer instanceof Linear)) return layer.forward(x);
    const [weight, bias] = layer.parameters();
    return new Tensor(native().linear(x.handle, weight!.handle, bias?.handle));
  }, input);
}

function expectSameBits(actual: Tensor[], expected: Tensor[]): void {
  const bits = (each: Tensor) => Buffer.from((each.toArray() as Float32Array).buffer).toString('hex');
  expect(actual.map((each) => each.shape)).toEqual(expected.map((each) => each.shape));
  for (const [i, each] of actual.entries()) expect(bits(each) === bits(expected[i]!)).toBe(true);
}

// More often than a shape comes before the products' kernel is tried.
const calls = 5;

describe.each([1, 2, 3])("libtorch's bits at %d threads", (threads) => {
  beforeEach(() => setNumThreads(threads));

  test.each<[string, Layer[], number[]]>([
    ["the GAN's generator", [linear(100, 128), new ReLU(), linear(128, 784), new Tanh()], [128, 100]],
    ["the GAN's discriminator", [linear(784, 128), new LeakyReLU(0.2), linear(128, 1), new Sigmoid()], [128, 784]],
    [
      'layers without bias or activation',
      [linear(70, 65, false), linear(65, 33), new ReLU(), linear(33, 9, false)],
      [50, 70],
    ],
    ['sums of several blocks', [linear(420, 65), new LeakyReLU(0.2), linear(65, 70), new ReLU()], [500, 420]],
    ['sums of two halves', [linear(300, 65), new LeakyReLU(0.2), linear(65, 70), new ReLU()], [256, 300]],
    ['a slope of zero', [linear(70, 65), new LeakyReLU(0)], [50, 70]],
    ['a falling slope', [linear(70, 65), new LeakyReLU(-0.5), linear(65, 3)], [50, 70]],
    ['an activation first', [new Tanh(), linear(70, 65)], [50, 70]],
    ['two activations in a row', [linear(70, 65), new ReLU(), new Sigmoid()], [50, 70]],
    ['three dimensions', [linear(70, 65), new Tanh(), linear(65, 3)], [4, 10, 70]],
    ['no rows', [linear(70, 65), new Tanh(), linear(65, 3)], [0, 70]],
  ])('%s', (_, layers, shape) => {
    const model = new Sequential(...layers);
    for (let call = 0; call < calls; call++) {
      scope(() => {
        const x = randn(shape);
        x.requiresGrad = true;
        const inputs = [x, ...model.parameters()];
        const slopes = (forward: (input: Tensor) => Tensor): Tensor[] => {
          const y = forward(x);
          const gradients = grad(y.square().mul(y).sum(), inputs, { retainGraph: true });
          const someOnly = grad(y.sum(), [model.parameters()[0]!], { retainGraph: true });
          const [slope] = grad(y.sum(), [x], { createGraph: true });
          return [y, ...gradients, ...someOnly, slope!];
        };
        expectSameBits(
          slopes((input) => model.forward(input)),
          slopes((input) => byOperators(layers, input)),
        );
        noGrad(() => expectSameBits([model.forward(x)], [byOperators(layers, x)]));

        // Gradients of several uses are summed up where they are made.
        const second = randn(shape).div(2);
        const twice = (forward: (input: Tensor) => Tensor) =>
          grad(forward(x).square().sum().add(forward(second).sum()), model.parameters());
        expectSameBits(
          twice((input) => model.forward(input)),
          twice((input) => byOperators(layers, input)),
        );
      });
    }
  });

  test.each<[string, Layer[], Layer[]]>([
    [
      "the GAN's two nets",
      [linear(100, 128), new ReLU(), linear(128, 784), new Tanh()],
      [linear(784, 128), new LeakyReLU(0.2), linear(128, 1)],
    ],
    ['no activation between', [linear(70, 65)], [linear(65, 33, false), new Sigmoid()]],
    ['the first by a graph', [new Tanh(), linear(70, 65)], [linear(65, 33)]],
    ['the second by a graph', [linear(70, 65), new Tanh()], [new Sigmoid(), linear(65, 33)]],
  ])('gradients through another layer: %s', (_, layers, nextLayers) => {
    const [model, next] = [new Sequential(...layers), new Sequential(...nextLayers)];
    const inFeatures = layers.find((layer) => layer instanceof Linear)!.parameters()[0]!.shape[1]!;
    for (let call = 0; call < calls; call++) {
      scope(() => {
        const x = randn([128, inFeatures]);
        const gradient = randn(byOperators([...layers, ...nextLayers], x).shape);
        type Forward = (input: Tensor) => Tensor;
        const gradients = (first: Forward, second: Forward) => {
          const between = first(x);
          const loss = second(between).mul(gradient).sum();
          const parameters = [...model.parameters(), ...next.parameters()];
          return [
            ...grad(loss, model.parameters(), { retainGraph: true }),
            ...grad(loss, parameters, { retainGraph: true }),
            // What lies between is used twice, or asked for itself.
            ...grad(loss.add(between.square().sum()), parameters, { retainGraph: true }),
            ...grad(loss, [between, ...parameters]),
          ];
        };
        expectSameBits(
          gradients(
            (input) => model.forward(input),
            (input) => next.forward(input),
          ),
          gradients(
            (input) => byOperators(layers, input),
            (input) => byOperators(nextLayers, input),
          ),
        );
      });
    }
  });

  test('tanh of numbers of all sizes', () => {
    const layer = linear(1, 1, false);
    layer.loadStateDict({ weight: ones([1, 1]) });
    const count = 2 ** 22 + 37;
    const bits = Uint32Array.from({ length: count }, (_, i) => Math.imul(i, 0x9e3779b1) ^ i);
    const x = tensor(new Float32Array(bits.buffer), { shape: [count, 1] });
    expectSameBits([noGrad(() => new Sequential(layer, new Tanh()).forward(x))], [layer.forward(x).tanh()]);
  });

  test('what is no number, infinite or zero before an activation', () => {
    const special = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, -0, 1, -1, 1e-40, -1e-40];
    for (const activation of [new ReLU(), new LeakyReLU(0.2), new LeakyReLU(0)]) {
      const first = linear(40, 70);
      const layers = [first, activation, linear(70, 30)];
      const model = new Sequential(...layers);
      const [weight, bias] = first.parameters();
      noGrad(() => {
        weight!.mul_(0);
        bias!.copy_(tensor(Array.from({ length: 70 }, (_, i) => special[i % special.length]!)));
      });
      const alone = new Sequential(first, activation);
      for (let call = 0; call < calls; call++) {
        scope(() => {
          const x = randn([20, 40]);
          x.requiresGrad = true;
          const expected = byOperators([first, activation], x);
          const gradient = randn([20, 70]);
          expectSameBits([alone.forward(x)], [expected]);
          const ofBias = grad(expected.mul(gradient).sum(), [bias!])[0]!;
          expectSameBits(grad(alone.forward(x).mul(gradient).sum(), [bias!]), [ofBias]);
          // Between two layers the gradient goes through the activation inside a product.
          const y = byOperators(layers, x);
          const gradients = grad(y.sum(), [bias!]);
          expectSameBits(grad(model.forward(x).sum(), [bias!]), gradients);
        });
      }
    }
  });

  test('gradients of gradients', () => {
    const layers = [linear(100, 70), new Tanh(), linear(70, 40), new LeakyReLU(0.2), linear(40, 1), new Sigmoid()];
    const model = new Sequential(...layers);
    const penalty = (forward: (input: Tensor) => Tensor, x: Tensor): Tensor[] => {
      const [slope] = grad(forward(x).sum(), [x], { createGraph: true });
      return [slope!, ...grad(slope!.square().sum().add(forward(x).mean()), [x, ...model.parameters().slice(0, 5)])];
    };
    scope(() => {
      const x = randn([64, 100]);
      x.requiresGrad = true;
      expectSameBits(
        penalty((input) => model.forward(input), x),
        penalty((input) => byOperators(layers, input), x),
      );
    });
  });
});

test('a parameter changed after the forward pass is refused by backward', () => {
  const layer = linear(3, 2);
  const loss = new Sequential(layer, new Tanh()).forward(ones([4, 3])).sum();
  noGrad(() => layer.parameters()[0]!.copy_(full([2, 3], 1)));
  expect(() => loss.backward()).toThrow(/modified by an inplace operation/);
});

test('a subclass of a layer computes what it says', () => {
  class Doubled extends Tanh {
    override forward<D extends DType>(input: Tensor<D>) {
      return super.forward(input).mul_(2);
    }
  }
  const layer = linear(3, 2);
  const x = randn([4, 3]);
  expectSameBits([new Sequential(layer, new Doubled()).forward(x)], [layer.forward(x).tanh().mul(2)]);
});

test('the layer that does not fit is named by its input', () => {
  const model = new Sequential(linear(3, 4), new ReLU(), linear(5, 2));
  const shapeError = (received: string) => ({
    code: 'ERR_SHAPE',
    message: `Expected a Tensor of shape [..., ${received}`,
  });
  expect(errorOf(() => model.forward(ones([2, 4])))).toMatchObject(shapeError('3] for input but received [2, 4]'));
  expect(errorOf(() => model.forward(ones([2, 3])))).toMatchObject(shapeError('5] for input but received [2, 4]'));
});

test('a slice has the same layers', () => {
  const model = new Sequential(linear(3, 4), new ReLU(), linear(4, 2));
  const x = randn([5, 3]);
  const slice = model.slice(0, -1);
  expectSameBits([slice.forward(x)], [model.slice(0, 1).forward(x).relu()]);
  expect(slice.parameters()).toEqual(model.parameters().slice(0, 2));
  expect(Object.keys(model.slice(2).stateDict())).toEqual(['0.weight', '0.bias']);
});

test('use after dispose is ERR_DISPOSED', () => {
  const model = new Sequential(linear(3, 4), new ReLU());
  model.dispose();
  expect(errorOf(() => model.forward(ones([2, 3])))).toMatchObject({ code: 'ERR_DISPOSED' });
});
