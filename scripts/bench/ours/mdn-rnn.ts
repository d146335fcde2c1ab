import type { Step } from '../serve';
import type { Forecast, MdnRnnStep } from '../work';
import { lib, windowLoss } from './package';

const { Adam, forecastPaths, grad, MdnRnn, randn, scope } = lib;

/** As trainMdnRnn's. */
export function mdnRnnStepOf({ batch, window, hidden, ownLoop = false }: MdnRnnStep): Step {
  const model = new MdnRnn({ hiddenDim: hidden });
  const optimizer = new Adam(model.parameters(), { lr: 1e-3 });
  const windows = randn([batch, window + 1, 1]);
  return () =>
    scope(() => {
      const loss = ownLoop
        ? model.nll(windows.slice(1, 0, -1), windows.select(1, -1))
        : windowLoss(model, windows, { loss: 'nll', betaNll: 0 });
      optimizer.step(grad(loss, model.parameters()));
      return loss.item();
    });
}

export function forecastOf({ paths, horizon, window, hidden }: Forecast): Step {
  const model = new MdnRnn({ hiddenDim: hidden });
  const history = randn([window, 1]);
  return () => forecastPaths(model, history, { horizon, paths }).dispose();
}
