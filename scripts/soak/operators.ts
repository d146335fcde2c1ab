// Operators in scopes, gradients included.
import { memory, ones, scope, tensor } from 'libtorch-generative';
import { runPart } from './part';

const OPERATORS_A_SCOPE = 20;
const x = ones([8, 8]);
const w = tensor([[0.5]], { requiresGrad: true });

function run(count: number): string[] {
  for (let done = 0; done < count; done += OPERATORS_A_SCOPE) {
    scope(() => {
      let y = x;
      for (let index = 0; index < 14; index++) y = index % 2 ? y.mul(0.5) : y.add(x);
      const loss = y.select(0, 1).slice(0, 0, 4).mul(w).tanh().sum();
      loss.backward();
      w.grad = undefined;
    });
  }
  return [];
}

void runPart({ warmUp: 100_000, run, numTensors: () => memory().tensors });
