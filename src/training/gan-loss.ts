import { bceLoss, bceWithLogitsLoss, mseLoss } from '../nn/losses';
import { full } from '../tensor/creation';
import type { Device } from '../tensor/device';
import type { Tensor } from '../tensor/tensor';
import type { GanSettings } from './gan-settings';

/** What the two nets of a GAN minimise, of what the discriminator says (B, 1). */
export interface GanLoss {
  generator(fake: Tensor): Tensor;
  discriminator(real: Tensor, fake: Tensor): Tensor;
  /** Frees the targets. */
  dispose(): void;
}

/** Of what the discriminator says, and of what it should say. */
type Criterion = (input: Tensor, target: Tensor) => Tensor;

/** The loss that the settings name. */
export function ganLoss(settings: GanSettings, device: Device): GanLoss {
  if (settings.loss === 'hinge') return hingeLoss;
  const bce: Criterion = settings.output === 'probability' ? bceLoss : bceWithLogitsLoss;
  return lossToTargets(settings.loss === 'least-squares' ? halfSquaredError : bce, settings, device);
}

/** @see https://arxiv.org/abs/1611.04076 */
const halfSquaredError: Criterion = (input, target) => mseLoss(input, target).mul(0.5);

/**
 * The distance of what the discriminator says to what it should say of real and fake data, and to what the generator
 * wants it to say; only the target of real data is smoothed.
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
