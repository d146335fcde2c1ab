import { type Callable, readSurface } from './surface/callables';
import { walk } from './surface/run-walk';

const surface = readSurface();

/** Not for users to call. */
const EXCEPT = ['new LibtorchGenerativeError'];

test('the compiler lists what is exported', () => {
  const names = surface.callables.map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining(['randn', 'new Linear', 'Linear.forward', 'Adam.lr =', 'Tensor.shape']));
});

test('optional properties may be given as undefined under exactOptionalPropertyTypes', () => {
  expect(surface.notUndefined).toEqual([]);
});

test('no device is any string', () => {
  expect(surface.anyDevice).toEqual([]);
});

test('wrong arguments of every function and method end in a LibtorchGenerativeError', async () => {
  const isFor = (callable: Callable) => !EXCEPT.includes(callable.name);
  expect(await walk(surface.callables.filter(isFor))).toEqual([]);
}, 600_000);
