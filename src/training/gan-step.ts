import type { Discriminator } from '../models/discriminator';
import type { Generator } from '../models/generator';
import type { Adam } from '../nn/adam';
import { clipGradNorm } from '../nn/clip-grad-norm';
import type { Ema } from '../nn/ema';
import { grad } from '../tensor/autograd';
import { scope } from '../tensor/scope';
import type { Tensor } from '../tensor/tensor';
import type { GanLoss } from './gan-loss';
import type { GanSettings } from './gan-settings';

/** The two nets, their optimizers, and the generator's average if one is kept. */
export interface GanPlayers {
  generator: Generator;
  discriminator: Discriminator;
  optimizerG: Adam;
  optimizerD: Adam;
  ema?: Ema<Generator>;
}

/** How {@link ganStep} trains. */
interface GanStepOptions {
  loss: GanLoss;
  /** What the loss looks at: the discriminator's probabilities or its logits. */
  output: GanSettings['output'];
  /** The largest norm of each net's gradient; null for any. */
  clipNorm: number | null;
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
  { generator, discriminator, optimizerG, optimizerD, ema }: GanPlayers,
  { loss, output, clipNorm }: GanStepOptions,
  real: Tensor,
  noise: Tensor,
): { lossD: number; lossG: number } {
  return scope(() => {
    const judge = (data: Tensor) => (output === 'logit' ? discriminator.logits(data) : discriminator.forward(data));
    const clipped = (gradients: Tensor[]) => (clipNorm === null ? gradients : clipGradNorm(gradients, clipNorm));

    const fake = generator.forward(noise); // (B, dataDim)
    const ofFake = judge(fake); // (B, 1)
    const lossG = loss.generator(ofFake);
    // In a scope of their own, so that the discriminator's gradients get the same memory, which is in the cache.
    scope(() => optimizerG.step(clipped(grad(lossG, generator.parameters(), { retainGraph: true }))));
    ema?.update(generator);

    const lossD = loss.discriminator(judge(real), ofFake);
    optimizerD.step(clipped(grad(lossD, discriminator.parameters())));
    return { lossD: lossD.item(), lossG: lossG.item() };
  });
}
