import { native } from '../native/addon';
import type { Handle } from '../native/handle';

interface Tracked {
  readonly handle: Handle;
}

/** How many scopes are open on this thread. */
let openScopes = 0;

// The backstop for tensors made outside any scope and never disposed of; a handle disposed of meanwhile is ignored.
const backstop = new FinalizationRegistry<Handle>((handle) => native().dispose(handle));

// Registering costs a third of a small operator. The newest tensor waits for it, as many are disposed of at once.
let newest: Tracked | undefined;
let willRegister = false;

function registerNewest(): void {
  if (newest) backstop.register(newest, newest.handle);
  newest = undefined;
}

/** Frees the tensor's memory with its object, unless a scope will do it sooner. */
export function trackLifetime(tensor: Tracked): void {
  if (openScopes > 0) return;
  registerNewest();
  newest = tensor;
  if (willRegister) return;
  willRegister = true;
  queueMicrotask(() => {
    willRegister = false;
    registerNewest();
  });
}

/** For a tensor that is being disposed of. */
export function stopTracking(tensor: Tracked): void {
  if (newest === tensor) newest = undefined;
}

/** As {@link trackLifetime}, whatever scope is open: for tensors that leave their scope. */
export function trackBeyondScope(tensor: Tracked): void {
  backstop.register(tensor, tensor.handle);
}

export function scopeOpened(): void {
  openScopes++;
}

/** Whether the closed scope was the outermost. */
export function scopeClosed(): boolean {
  openScopes--;
  return openScopes === 0;
}
