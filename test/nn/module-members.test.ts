import { Tanh } from '../../src/nn/activations';
import { Adam } from '../../src/nn/adam';
import { GRU } from '../../src/nn/gru';
import { Linear } from '../../src/nn/linear';
import { Module } from '../../src/nn/module';
import { ModuleDict } from '../../src/nn/module-dict';
import { ModuleList } from '../../src/nn/module-list';
import { Parameter } from '../../src/nn/parameter';
import { Sequential } from '../../src/nn/sequential';
import { grad } from '../../src/tensor/autograd';
import { ones, tensor, zeros } from '../../src/tensor/creation';
import { memory, scope } from '../../src/tensor/scope';
import type { Tensor } from '../../src/tensor/tensor';
import { errorOf } from '../error-of';
import { loadFixture, numbersOf } from '../fixtures/fixture';

const { cases: NAMES } =
  loadFixture<Record<'parameters' | 'state' | 'modules' | 'children', string[]>>('nn/module_names');

class Affine extends Module {
  readonly linear = new Linear(2, 2);
  readonly gain = new Parameter(ones([2]));
}

/** The fixture's module by PyTorch's classes. */
class Net extends Module {
  readonly head = new Linear(3, 2);
  readonly scale = new Parameter(ones([3]));
  readonly blocks = new ModuleList<Module>([
    new Linear(3, 3),
    new Tanh(),
    new ModuleList<Module>([new Affine(), new Linear(3, 3, { bias: false })]),
  ]);
  readonly heads = new ModuleDict<Module>({
    mean: new Linear(3, 1),
    rest: new ModuleList([new Linear(3, 1), this.head]),
  });
  readonly factors = [new Parameter(ones([1])), new Parameter(ones([2]))];
  readonly shift = new Parameter(zeros([3]));
  readonly mean = this.registerBuffer('mean', zeros([3]));
  readonly again = this.head;
  readonly layers = new ModuleList<Module>([new GRU(2, 2, { numLayers: 2 }), this.blocks.at(0)!]);
  readonly tied = this.scale;
}

/** The same with arrays, an object and a Map, and plain tensors that require a gradient. */
class PlainNet extends Module {
  readonly name = 'plain';
  readonly sizes = [3, null, undefined, 'x', Symbol('x'), new Float32Array(2), new Date(0)];
  readonly head = new Linear(3, 2);
  readonly scale = ones([3], { requiresGrad: true });
  readonly blocks = [new Linear(3, 3), new Tanh(), [new Affine(), new Linear(3, 3, { bias: false })]] as const;
  readonly heads = new Map<string, unknown>([
    ['mean', new Linear(3, 1)],
    ['rest', new Set([new Linear(3, 1), this.head])],
  ]);
  readonly factors = { 0: ones([1], { requiresGrad: true }), 1: new Parameter(ones([2])) };
  readonly shift = zeros([3], { requiresGrad: true });
  readonly mean = this.registerBuffer('mean', zeros([3]));
  readonly again = this.head;
  readonly layers = { 1: this.blocks[0], 0: new GRU(2, 2, { numLayers: 2 }) };
  readonly tied = this.scale;
  readonly constant = zeros([7]);
}

const namesOf = (entries: [string, unknown][]) => entries.map(([name]) => name);

describe("what a module holds has PyTorch's names and order", () => {
  test.each([
    ["PyTorch's classes", new Net()],
    ['arrays, objects, Maps and Sets', new PlainNet()],
  ])('in %s', (_, net) => {
    expect(namesOf(net.namedParameters())).toEqual(NAMES.parameters);
    expect(net.parameters()).toEqual(net.namedParameters().map(([, parameter]) => parameter));
    expect(Object.keys(net.stateDict()).sort()).toEqual([...NAMES.state].sort());
    expect(Object.keys(net.stateDict())).toEqual(NAMES.state);
    expect(net.buffers()).toEqual([net.mean]);
  });

  test('so have its modules', () => {
    const net = new Net();
    expect(namesOf(net.namedModules())).toEqual(NAMES.modules);
    expect(net.modules()).toEqual(net.namedModules().map(([, module]) => module));
    expect(net.children().map((child) => child.constructor.name)).toEqual(NAMES.children);
    const lists = ['blocks', 'blocks.2', 'heads', 'heads.rest', 'layers']; // modules in PyTorch alone
    expect(namesOf(new PlainNet().namedModules())).toEqual(NAMES.modules.filter((name) => !lists.includes(name)));
  });

  test('a prefix goes before each name', () => {
    expect(namesOf(new Affine().namedParameters('x.'))).toEqual(['x.gain', 'x.linear.weight', 'x.linear.bias']);
  });
});

describe('everything found', () => {
  test('is trained, saved and loaded', () => {
    class Deep extends Module {
      readonly blocks = [new Linear(2, 2), new Tanh()];
      readonly head = new Linear(2, 1);
      readonly gain = tensor([2], { requiresGrad: true });
      forward(x: Tensor): Tensor {
        return this.head.forward(this.blocks.reduce((y, layer) => layer.forward(y), x)).mul(this.gain);
      }
    }
    const net = new Deep();
    const before = net.parameters().map(numbersOf);
    const optimizer = new Adam(net.parameters(), { lr: 0.1 });
    optimizer.step(grad(net.forward(ones([4, 2])).sum(), net.parameters()));
    const after = net.parameters().map(numbersOf);
    expect(after).toHaveLength(5);
    for (const [index, numbers] of after.entries()) expect(numbers).not.toEqual(before[index]);

    const copy = new Deep();
    copy.loadStateDict(net.stateDict());
    expect(copy.parameters().map(numbersOf)).toEqual(after);
  });

  test('is frozen, cleared, switched, moved and freed with the module', () => {
    const net = new PlainNet();
    expect(
      net
        .eval()
        .modules()
        .map(({ training }) => training),
    ).toEqual(net.modules().map(() => false));
    net.scale.sum().backward();
    net.blocks[2][0].gain.sum().backward();
    net.zeroGrad();
    expect(net.parameters().filter((each) => each.grad)).toEqual([]);

    expect(net.requiresGrad_(false)).toBe(net);
    expect(net.parameters().filter((each) => each.requiresGrad)).toEqual([]);
    expect(namesOf(net.namedParameters())).toEqual(NAMES.parameters); // still its parameters
    net.requiresGrad_();
    expect(net.parameters().filter((each) => !each.requiresGrad)).toEqual([]);

    net.dispose();
    net.dispose();
    expect([...net.parameters(), ...net.buffers()].filter((each) => !each.isDisposed)).toEqual([]);
    expect(net.constant.isDisposed).toBe(false);
  });

  test('that was computed is no parameter, nor what was freed', () => {
    class Caching extends Layerless {
      last: Tensor | undefined;
    }
    const net = new Caching();
    net.last = net.fc.forward(ones([1, 1]));
    expect(net.last.requiresGrad).toBe(true);
    expect(namesOf(net.namedParameters())).toEqual(['fc.weight', 'fc.bias']);
    net.last.dispose();
    expect(namesOf(net.namedParameters())).toEqual(['fc.weight', 'fc.bias']);
  });
});

class Layerless extends Module {
  readonly fc = new Linear(1, 1);
}

describe('what leads back to itself is left out', () => {
  class Node extends Layerless {
    parent: Module | undefined;
    readonly links: unknown[] = [];
  }

  test.each<[string, (node: Node, root: Node) => void]>([
    ['a property', (node, root) => Object.assign(node, { parent: root })],
    ['an array that holds itself', (node) => node.links.push(node.links)],
    ['a Map', (node, root) => node.links.push(new Map([['root', root]]))],
  ])('%s', (_, close) => {
    const root = new Node();
    const node = new Node();
    root.links.push(node);
    close(node, root);
    const names = ['fc.weight', 'fc.bias', 'links.0.fc.weight', 'links.0.fc.bias'];
    expect(namesOf(root.namedParameters())).toEqual(names);
    expect(Object.keys(root.stateDict())).toEqual(names);
    root.loadStateDict(root.stateDict());
    expect(
      root
        .eval()
        .modules()
        .map(({ training }) => training),
    ).toEqual([false, false, false, false]);
    root.to('cpu').zeroGrad();
    root.dispose();
    expect(node.fc.parameters()[0]!.isDisposed).toBe(true);
  });
});

describe('Parameter', () => {
  test('outlives the scope it was made in', () => {
    const net = scope(() => {
      const made = new Affine();
      return () => made;
    })();
    expect(numbersOf(net.gain)).toEqual([1, 1]);
    expect(net.gain.requiresGrad).toBe(true);
  });

  test('is a leaf that shares the memory of its data', () => {
    const data = ones([2], { requiresGrad: true }).mul(2);
    const parameter = new Parameter(data);
    expect(parameter.requiresGrad).toBe(true);
    parameter.sum().backward();
    expect(numbersOf(parameter.grad!)).toEqual([1, 1]);
    expect(new Parameter(zeros([1], { dtype: 'int64' }), { requiresGrad: false }).dtype).toBe('int64');
  });

  test('without a gradient is still saved', () => {
    class Frozen extends Module {
      readonly scale = new Parameter(ones([1]), { requiresGrad: false });
    }
    expect(Object.keys(new Frozen().stateDict())).toEqual(['scale']);
  });
});

describe('private fields', () => {
  class Hidden extends Module {
    readonly #layers = [new Linear(2, 1)];
    count(): number {
      return this.#layers.length;
    }
  }
  class Shown extends Module {
    readonly fc = new Linear(1, 1, { bias: false });
    readonly #layers = [new Linear(2, 1)];
    protected override members(): object {
      return { ...super.members(), layers: this.#layers };
    }
  }

  test('cannot be seen, which an optimizer says', () => {
    const error = errorOf(() => new Adam(new Hidden().parameters()));
    expect(error.code).toBe('ERR_INVALID_ARGUMENT');
    expect(error.message).toMatch(/parameters.*private fields \(#name\)/);
  });

  test('are shown by members()', () => {
    expect(namesOf(new Shown().namedParameters())).toEqual(['fc.weight', 'layers.0.weight', 'layers.0.bias']);
  });
});

describe('registerBuffer', () => {
  class Normalized extends Module {
    readonly fc = new Linear(1, 1);
    mean = this.registerBuffer('mean', zeros([2]));
  }

  test('follows the property when it is given another tensor', () => {
    const net = new Normalized();
    net.mean = tensor([3, 4]);
    expect(numbersOf(net.stateDict().mean!)).toEqual([3, 4]);
    const copy = new Normalized();
    copy.loadStateDict(net.stateDict());
    expect(numbersOf(copy.mean)).toEqual([3, 4]);
    expect(copy.namedParameters().map(([name]) => name)).toEqual(['fc.weight', 'fc.bias']);
  });

  test.each(['', 'a.b', 'fc', 'forward2.x', 'training', 'mean'])('refuses the name %j', (name) => {
    const net = new Normalized();
    expect(errorOf(() => net.registerBuffer(name, zeros([1]))).code).toBe('ERR_INVALID_ARGUMENT');
  });
});

describe('ModuleList and ModuleDict', () => {
  test('give their modules', () => {
    const [first, second] = [new Linear(1, 1), new Linear(1, 2)];
    const list = new ModuleList(new Set([first]));
    expect(list.push(second)).toBe(2);
    expect([list.length, list.at(0), list.at(-1), list.at(2)]).toEqual([2, first, second, undefined]);
    expect([...list]).toEqual([first, second]);
    const dict = new ModuleDict(new Map([['b', first]])).set('a', second).set('b', second);
    expect([dict.size, dict.has('a'), dict.has('c'), dict.get('b'), dict.get('c')]).toEqual([
      2,
      true,
      false,
      second,
      undefined,
    ]);
    expect([...dict]).toEqual([...dict.keys()].map((key) => [key, second]));
    expect(Object.keys(dict.stateDict())).toEqual(['b.weight', 'b.bias', 'a.weight', 'a.bias']);
  });

  test.each<[string, () => unknown]>([
    ['modules[1]', () => new ModuleList([new Tanh(), {} as Tanh])],
    ['modules[0]', () => new ModuleList().push(null as never)],
    ['modules', () => new ModuleList(5 as never)],
    ['modules', () => new ModuleList({ length: 1 } as never)],
    ['index', () => new ModuleList().at(0.5)],
    ['modules', () => new ModuleDict([new Tanh()] as never)],
    ['modules', () => new ModuleDict(null as never)],
    ['tanh', () => new ModuleDict({ tanh: Tanh as never })],
    ['name', () => new ModuleDict({ 'a.b': new Tanh() })],
    ['name', () => new ModuleDict().set('', new Tanh())],
    ['layers[1]', () => new Sequential(new Tanh(), (() => 0) as never)],
    ['layers[0]', () => new Sequential(new GRU(1, 1) as never)],
  ])('refuse %s', (name, call) => {
    const error = errorOf(call);
    expect(error.code).toBe('ERR_INVALID_ARGUMENT');
    expect(error.message).toContain(`for ${name} but received`);
  });
});

describe('names that would be lost', () => {
  class Twice extends Module {
    readonly layers: object;
    constructor(layers: object) {
      super();
      this.layers = layers;
    }
  }

  test.each([
    [
      new Map<unknown, Module>([
        ['1', new Linear(1, 1)],
        [1, new Linear(1, 1)],
      ]),
    ],
    [{ 'a.b': new Linear(1, 1), a: { b: new Linear(1, 1) } }],
  ])('are refused', (layers) => {
    const net = new Twice(layers);
    expect(net.parameters()).toHaveLength(4);
    for (const call of [() => net.stateDict(), () => net.namedParameters()]) {
      expect(errorOf(call).message).toMatch(/Two tensors of the module have the name layers\.\S+\.?weight/);
    }
  });

  test('a Proxy of a module is refused, and one that throws passed over', () => {
    expect(errorOf(() => new Twice([new Proxy(new Linear(1, 1), {})]).parameters()).code).toBe('ERR_INVALID_ARGUMENT');
    const hostile = new Proxy(
      {},
      {
        getPrototypeOf: () => {
          throw new TypeError('no');
        },
        has: () => {
          throw new TypeError('no');
        },
      },
    );
    expect(new Twice([hostile]).parameters()).toEqual([]);
  });
});

test('parameters of a module that is dropped are freed', () => {
  const before = memory().tensors;
  new PlainNet().dispose();
  expect(memory().tensors - before).toBe(3); // the constant, a property like any other, and the data of two Parameters
});
