import type { GanLossName } from './gan-options';
import type { GanSettings } from './gan-settings';
import { readMetrics } from './run-metrics';

/** Losses of a batch. */
interface Losses {
  lossD: number;
  lossG: number;
}

/** The article's losses are clamped at 100; from logits, a discriminator this certain is wrong less than once in e^20. */
const [CLAMP, CERTAIN] = [99, 20];

/** By loss: whether the discriminator tells all images apart, or is always wrong, so that nothing more is learned. */
const IS_OVER: Record<GanLossName, (losses: Losses, output: GanSettings['output']) => boolean> = {
  bce: ({ lossD, lossG }, output) => Math.max(lossD, lossG) >= (output === 'probability' ? CLAMP : CERTAIN),
  hinge: ({ lossD }) => lossD === 0, // without a gradient
  'least-squares': ({ lossD }) => lossD < 1e-6,
  'wgan-gp': () => false, // it has no least value
};

/** Describes the problem of a run's last losses, if there is one. */
export function problemOfLosses(run: string, settings: GanSettings): string | undefined {
  const { lossD, lossG } = readMetrics(run).at(-1) ?? {};
  const isKnown = typeof lossD === 'number' && typeof lossG === 'number';
  return isKnown ? lossProblem({ lossD, lossG }, settings) : undefined;
}

/** Describes losses at which a training stands still; undefined for others. */
export function lossProblem(
  losses: Losses,
  { loss, output }: Pick<GanSettings, 'loss' | 'output'>,
): string | undefined {
  if (!IS_OVER[loss](losses, output)) return undefined;
  const [lossD, lossG] = [losses.lossD, losses.lossG].map((each) => Number(each.toPrecision(3)));
  return `one network has won, so the other learns nothing more (losses D ${lossD} and G ${lossG})`;
}
