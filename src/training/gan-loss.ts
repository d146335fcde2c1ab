import { bceLoss, bceWithLogitsLoss, mseLoss } from '../nn/losses';
import { full } from '../tensor/creation';
import type { Device } from '../tensor/device';
import type { Tensor } from '../tensor/tensor';
import { gradientPenalty } from './gan-penalty';
import type { GanSettings } from './gan-settings';

/** The losses of a GAN's two networks, given the discriminator's outputs (B, 1). */
export interface GanLoss {
  generator(fake: Tensor): Tensor;
  discriminator(real: Tensor, fake: Tensor): Tensor;
  /** What is added to the discriminator's loss, given how it judges, and the data itself. */
  penalty?(judge: (data: Tensor) => Tensor, real: Tensor, fake: Tensor): Tensor;
  /** Frees the targets. */
  dispose(): void;
}

/** Compares the discriminator's output with its target. */
type Criterion = (input: Tensor, target: Tensor) => Tensor;

/** Returns the loss that the settings select. */
export function ganLoss(settings: GanSettings, device: Device): GanLoss {
  if (settings.loss === 'hinge') return hingeLoss;
  if (settings.loss === 'wgan-gp') return wassersteinLoss;
  const bce: Criterion = settings.output === 'probability' ? bceLoss : bceWithLogitsLoss;
  return lossToTargets(settings.loss === 'least-squares' ? halfSquaredError : bce, settings, device);
}

/** @see https://arxiv.org/abs/1611.04076 */
const halfSquaredError: Criterion = (input, target) => mseLoss(input, target).mul(0.5);

/**
 * Returns losses that compare the discriminator's outputs with constant targets for real data, fake data and the
 * generator. Only the target for real data is smoothed.
 */
function lossToTargets(
  criterion: Criterion,
  { batchSize, realLabel, asWritten }: GanSettings,
  device: Device,
): GanLoss {
  const target = (value: number) => full([batchSize, 1], value, { device });
  const [forReal, forFake, wanted] = [target(realLabel), target(0), target(asWritten ? 0 : 1)];
  return {
    generator: (fake) => criterion(fake, wanted),
    discriminator: (real, fake) => criterion(real, forReal).add(criterion(fake, forFake)),
    dispose: () => [forReal, forFake, wanted].forEach((each) => void each.dispose()),
  };
}

/** @see https://arxiv.org/abs/1705.02894 */
const hingeLoss: GanLoss = {
  generator: (fake) => fake.mean().neg(),
  discriminator: (real, fake) => real.neg().add(1).relu().mean().add(fake.add(1).relu().mean()),
  dispose: () => {},
};

/** The distance between the means, with a penalty for slopes. @see https://arxiv.org/abs/1704.00028 */
const wassersteinLoss: GanLoss = {
  generator: (fake) => fake.mean().neg(),
  discriminator: (real, fake) => fake.mean().sub(real.mean()),
  penalty: gradientPenalty,
  dispose: () => {},
};
