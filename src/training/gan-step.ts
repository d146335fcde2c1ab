import type { Discriminator } from '../models/discriminator';
import type { Generator } from '../models/generator';
import type { Adam } from '../nn/adam';
import { clipGradNorm } from '../nn/clip-grad-norm';
import type { Ema } from '../nn/ema';
import { scope } from '../tensor/scope';
import type { Tensor } from '../tensor/tensor';
import type { GanLoss } from './gan-loss';

/** The two nets, their optimizers, and the generator's average if one is kept. */
export interface GanPlayers {
  generator: Generator;
  discriminator: Discriminator;
  optimizerG: Adam;
  optimizerD: Adam;
  ema?: Ema<Generator>;
}

/**
 * One step of the article: the generator's update, then the discriminator's.
 *
 * The discriminator judges the fakes once for both losses, and each loss is differentiated for its own net's parameters
 * only, by hand, because a graph takes longer than the arithmetic: the numbers are those of the article's two
 * judgements, to the last bit.
 *
 * @param real (B, dataDim)
 * @param noise (B, noiseDim)
 * @see https://arxiv.org/abs/1406.2661
 */
export function ganStep(
  { generator, discriminator, optimizerG, optimizerD, ema }: GanPlayers,
  loss: GanLoss,
  clipNorm: number | null,
  real: Tensor,
  noise: Tensor,
): { lossD: number; lossG: number } {
  return scope(() => {
    const clipped = (gradients: Tensor[]) => (clipNorm === null ? gradients : clipGradNorm(gradients, clipNorm));

    const fakes = generator.vjp(noise); // of (B, dataDim)
    const ofFakes = discriminator.vjp(fakes.output); // of logits, (B, 1)
    const lossG = loss.generator(ofFakes.output);
    scope(() => optimizerG.step(clipped(fakes.parameterGradientsThrough(ofFakes, lossG.gradients[0]))));
    ema?.update(generator);

    const ofReal = discriminator.vjp(real);
    const lossD = loss.discriminator(ofReal.output, ofFakes.output);
    const [toReal, toFakes] = lossD.gradients;
    scope(() => optimizerD.step(clipped(ofReal.parameterGradients(toReal, ofFakes.parameterGradients(toFakes)))));
    return { lossD: lossD.value.item(), lossG: lossG.value.item() };
  });
}
