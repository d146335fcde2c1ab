import { type Callable, readSurface } from './surface/callables';
import { walk } from './surface/run-walk';

const surface = readSurface();

/** Not for users to call; and what fetches libtorch, whose test has its own wrong arguments. */
const EXCEPT = ['new LibtorchGenerativeError', 'setupLibtorch'];

const folders = [...new Set(surface.callables.map(({ folder }) => folder))].filter((each) => !each.endsWith('.ts'));

test('the compiler lists what is exported', () => {
  const names = surface.callables.map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining(['randn', 'new Linear', 'Linear.forward', 'Adam.lr =', 'Tensor.add']));
});

test('optional properties may be given as undefined under exactOptionalPropertyTypes', () => {
  expect(surface.notUndefined).toEqual([]);
});

test('no device is any string', () => {
  expect(surface.anyDevice).toEqual([]);
});

test.each(folders)(
  'wrong arguments end in a LibtorchGenerativeError: src/%s',
  async (folder) => {
    const isFor = (callable: Callable) => callable.folder === folder && !EXCEPT.includes(callable.name);
    const failures = await walk(surface.callables.filter(isFor));
    if (failures.length > 0) throw new Error(`${failures.length} wrong:\n${failures.join('\n')}`);
  },
  900_000,
);
