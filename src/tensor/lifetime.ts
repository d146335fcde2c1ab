import { native } from '../native/addon';
import type { Handle } from '../native/handle';

/** How many scopes are open on this thread. */
let openScopes = 0;

// The backstop for tensors made outside any scope and never disposed of; a handle disposed of meanwhile is ignored.
const backstop = new FinalizationRegistry<Handle>((handle) => native().dispose(handle));

/** Frees the tensor's memory with its object, unless a scope will do it sooner. */
export function trackLifetime(tensor: object, handle: Handle): void {
  if (openScopes === 0) backstop.register(tensor, handle);
}

/** As {@link trackLifetime}, whatever scope is open: for tensors that leave their scope. */
export function trackBeyondScope(tensor: object, handle: Handle): void {
  backstop.register(tensor, handle);
}

export function scopeOpened(): void {
  openScopes++;
}

/** Whether the closed scope was the outermost. */
export function scopeClosed(): boolean {
  openScopes--;
  return openScopes === 0;
}
