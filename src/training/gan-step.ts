import type { Discriminator } from '../models/discriminator';
import type { Generator } from '../models/generator';
import type { Adam } from '../nn/adam';
import { bceLoss, bceWithLogitsLoss } from '../nn/losses';
import { grad } from '../tensor/autograd';
import { full } from '../tensor/creation';
import { scope } from '../tensor/scope';
import type { Tensor } from '../tensor/tensor';
import type { GanSettings } from './gan-settings';

/** The two nets, their optimizers and the targets of a batch. */
export interface GanPlayers {
  generator: Generator;
  discriminator: Discriminator;
  optimizerG: Adam;
  optimizerD: Adam;
}

/** Targets (B, 1): what the discriminator should say of real and fake data, and what the generator wants it to say. */
export interface GanLabels {
  real: Tensor;
  fake: Tensor;
  wanted: Tensor;
}

export function ganLabels({ batchSize, realLabel, asWritten }: GanSettings, device: string): GanLabels {
  const label = (value: number) => full([batchSize, 1], value, { device });
  return { real: label(realLabel), fake: label(0), wanted: label(asWritten ? 0 : 1) };
}

/**
 * One step of the article: the generator's update, then the discriminator's.
 *
 * The discriminator judges the fakes once for both losses, and each loss is differentiated for its own net's parameters
 * only: the numbers are those of the article's two judgements, to the last bit.
 *
 * @param real (B, dataDim)
 * @param noise (B, noiseDim)
 * @see https://arxiv.org/abs/1406.2661
 */
export function ganStep(
  { generator, discriminator, optimizerG, optimizerD }: GanPlayers,
  { real: realLabel, fake: fakeLabel, wanted }: GanLabels,
  output: GanSettings['output'],
  real: Tensor,
  noise: Tensor,
): { lossD: number; lossG: number } {
  return scope(() => {
    const judge = (data: Tensor) => (output === 'logit' ? discriminator.logits(data) : discriminator.forward(data));
    const criterion = output === 'logit' ? bceWithLogitsLoss : bceLoss;

    const fakeOutput = judge(generator.forward(noise)); // (B, 1)
    const lossG = criterion(fakeOutput, wanted);
    const gradientsG = grad(lossG, generator.parameters(), { retainGraph: true });

    const lossD = criterion(judge(real), realLabel).add(criterion(fakeOutput, fakeLabel));
    const gradientsD = grad(lossD, discriminator.parameters());

    optimizerG.step(gradientsG);
    optimizerD.step(gradientsD);
    return { lossD: lossD.item(), lossG: lossG.item() };
  });
}
