import type { Step } from '../serve';
import type { GruStep } from '../work';
import { lib } from './package';

const { GRU, grad, noGrad, randn, scope } = lib;

export function gruStepOf({ mode, batch, window, hidden }: GruStep): Step {
  const gru = new GRU(1, hidden);
  const weights = gru.parameters();
  const series = randn([batch, window, 1]);
  const train = () => void grad(gru.lastHidden(series).sum(), weights);
  const infer = () => void noGrad(() => gru.lastHidden(series));
  const step = mode === 'train' ? train : infer;
  return () => scope(step);
}
