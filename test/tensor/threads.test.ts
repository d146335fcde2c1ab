import { runChild } from './children/child';

// libtorch has one generator for a process and draws initial weights from it: workers must not mix up their sequences.
test('workers that train at once get the numbers of the main thread', () => {
  const { fromWorkers, fromMain, meanwhile } = runChild('workers.js') as Record<string, string | string[]>;
  expect(fromWorkers).toEqual(fromMain);
  expect(meanwhile).toBe(fromMain![0]);
  expect(new Set(fromMain).size).toBe(3);
});

// A service ends a worker whenever it likes: no exception can be thrown then, and none may end the process.
test('a worker ended in the middle of its work takes nothing with it', () => {
  expect(runChild('terminate.js')).toEqual({ codes: Array(9).fill(1), same: true });
});

// A handle is a number and can be posted to another thread, where it would name another tensor.
test('a handle of another thread is refused', () => {
  const { inWorker, inMain, alive } = runChild('foreign-handle.js') as Record<string, unknown>;
  const refused = {
    name: 'LibtorchGenerativeError',
    code: 'ERR_INVALID_ARGUMENT',
    message: 'The tensor belongs to another thread: send its data with toArray() instead',
  };
  expect(inWorker).toEqual([refused, refused, true, {}]);
  expect(inMain).toEqual([refused, refused, true, {}]);
  expect(alive).toBe(true);
});

// At exit finalizers run in any order, after libtorch's own statics may be gone.
test('a process and its worker end with everything alive', () => {
  expect(runChild('exit-with-live-tensors.js')).toEqual({ code: 0, tensors: true });
});

// process.exit() unwinds no C++ and no finally: the scopes stay open.
test('process.exit() inside a scope is a clean end', () => {
  expect(runChild('exit-in-scope.js')).toEqual({ code: 0 });
});
