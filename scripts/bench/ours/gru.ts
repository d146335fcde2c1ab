import type { Step } from '../serve';
import type { GruStep } from '../work';
import { lib } from './package';

const { Gru, grad, noGrad, randn, scope } = lib;

export function gruStepOf({ mode, batch, window, hidden }: GruStep): Step {
  const gru = new Gru({ inputSize: 1, hiddenSize: hidden });
  const weights = gru.parameters();
  const series = randn([batch, window, 1]);
  const lastOutput = () => gru.forward(series).output.select(1, -1); // (B, H)
  const train = () => void grad(lastOutput().sum(), weights);
  const infer = () => void noGrad(lastOutput);
  const step = mode === 'train' ? train : infer;
  return () => scope(step);
}
