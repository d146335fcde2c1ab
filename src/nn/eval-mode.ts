import type { Module } from './module';

/** Runs code with a module in evaluation mode, in which drawing from it changes nothing, and restores its mode. */
export function inEvalMode<T>(module: Module, body: () => T): T {
  const { training } = module;
  if (!training) return body();
  module.eval();
  try {
    return body();
  } finally {
    module.train();
  }
}
