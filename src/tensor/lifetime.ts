import { native } from '../native/addon';
import type { Handle } from '../native/handle';

interface Tracked {
  readonly handle: Handle;
}

/** The number of open scopes on this thread. */
let openScopes = 0;

// The backstop for tensors created outside any scope and never disposed; handles disposed in the meantime are ignored.
const backstop = new FinalizationRegistry<Handle>((handle) => native().dispose(handle));

// Registering costs a third of a small operator. It is deferred for the newest tensor, as many are disposed right away.
let newest: Tracked | undefined;
let willRegister = false;

function registerNewest(): void {
  if (newest) backstop.register(newest, newest.handle);
  newest = undefined;
}

/** Tensors created outside of a scope since the event loop last ran. */
let numCreated = 0;
let hasWarned = false;
/** How often it is looked at, and what is too much for a model and its data. */
const [LOOK_EVERY, MANY_TENSORS, MANY_BYTES] = [1000, 50_000, 2 ** 30];

/** Frees the tensor's memory when its object is collected, unless a scope frees it sooner. */
export function trackLifetime(tensor: Tracked): void {
  if (openScopes > 0) return;
  registerNewest();
  newest = tensor;
  if (++numCreated % LOOK_EVERY === 0) warnOfLoop();
  if (willRegister) return;
  willRegister = true;
  queueMicrotask(() => {
    willRegister = false;
    numCreated = 0;
    registerNewest();
  });
}

/** Objects are collected, but what their end shall do waits for the event loop. */
function warnOfLoop(): void {
  if (hasWarned) return;
  const { tensors, bytes } = native().memory();
  if (tensors < MANY_TENSORS && bytes < MANY_BYTES) return;
  hasWarned = true;
  process.emitWarning(
    `${tensors} tensors are alive, of ${Math.round(bytes / 2 ** 20)} MiB, and those created outside of a scope cannot be freed before the event loop runs: put the body of a loop in scope(() => …), or dispose of its tensors`,
  );
}

/** Stops tracking a tensor that is being disposed. */
export function stopTracking(tensor: Tracked): void {
  if (newest === tensor) newest = undefined;
}

/** Like {@link trackLifetime}, even if a scope is open: for tensors that leave their scope. */
export function trackBeyondScope(tensor: Tracked): void {
  backstop.register(tensor, tensor.handle);
}

export function scopeOpened(): void {
  openScopes++;
}

/** Returns whether the closed scope was the outermost. */
export function scopeClosed(): boolean {
  openScopes--;
  return openScopes === 0;
}
