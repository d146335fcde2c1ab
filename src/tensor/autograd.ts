import { native } from '../native/addon';
import { handleOf, Tensor } from './tensor';

/**
 * The gradients of a one-element `loss` for the given inputs only, one each; nothing is accumulated.
 *
 * @param options.retainGraph keeps the graph for another call; default false
 * @param options.createGraph makes gradients that can be differentiated again; default false
 * @see https://docs.pytorch.org/docs/stable/generated/torch.autograd.grad.html
 */
export function grad(
  loss: Tensor,
  inputs: Tensor[],
  { retainGraph = false, createGraph = false }: { retainGraph?: boolean; createGraph?: boolean } = {},
): Tensor[] {
  const handles = native().grad(handleOf(loss), inputs.map(handleOf), retainGraph || createGraph, createGraph);
  return handles.map((handle) => new Tensor(handle));
}

/** Runs `body` without recording anything for gradients. */
export function noGrad<T>(body: () => T): T {
  const before = native().setGradEnabled(false);
  try {
    return body();
  } finally {
    native().setGradEnabled(before);
  }
}
