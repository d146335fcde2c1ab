import { bceOfLogits, mseLoss } from '../nn/losses';
import { type ValueAndGrad, valueAndGrad } from '../tensor/autograd';
import { full } from '../tensor/creation';
import type { Tensor } from '../tensor/tensor';
import type { GanSettings } from './gan-settings';

/** What the two nets of a GAN minimise, of the discriminator's logits (B, 1). */
export interface GanLoss {
  generator(fake: Tensor): ValueAndGrad<[Tensor]>;
  discriminator(real: Tensor, fake: Tensor): ValueAndGrad<[Tensor, Tensor]>;
  /** Frees the targets. */
  dispose(): void;
}

/** Of logits with a target each, added. */
type Criterion = <Logits extends Tensor[]>(logits: [...Logits], targets: Tensor[]) => ValueAndGrad<Logits>;

/** The loss that the settings name. */
export function ganLoss(settings: GanSettings, device: string): GanLoss {
  if (settings.loss === 'hinge') return hingeLoss;
  const bce: Criterion = (logits, targets) => bceOfLogits(logits, targets, settings.output);
  return lossToTargets(settings.loss === 'least-squares' ? halfSquaredError : bce, settings, device);
}

/** @see https://arxiv.org/abs/1611.04076 */
const halfSquaredError: Criterion = (logits, targets) =>
  valueAndGrad((...all) => all.map((x, i) => mseLoss(x, targets[i]!).mul(0.5)).reduce((x, y) => x.add(y)), ...logits);

/**
 * The distance of the logits to what the discriminator should say of real and fake data, and to what the generator
 * wants it to say; only the target of real data is smoothed.
 */
function lossToTargets(
  criterion: Criterion,
  { batchSize, realLabel, asWritten }: GanSettings,
  device: string,
): GanLoss {
  const target = (value: number) => full([batchSize, 1], value, { device });
  const [forReal, forFake, wanted] = [target(realLabel), target(0), target(asWritten ? 0 : 1)];
  return {
    generator: (fake) => criterion([fake], [wanted]),
    discriminator: (real, fake) => criterion([real, fake], [forReal, forFake]),
    dispose: () => [forReal, forFake, wanted].forEach((each) => void each.dispose()),
  };
}

/** @see https://arxiv.org/abs/1705.02894 */
const hingeLoss: GanLoss = {
  generator: (fake) => valueAndGrad((x) => x.mean().neg(), fake),
  discriminator: (real, fake) =>
    valueAndGrad((x, y) => x.neg().add(1).relu().mean().add(y.add(1).relu().mean()), real, fake),
  dispose: () => {},
};
