import { ProjectionDiscriminator } from '../models/projection-discriminator';
import type { SampleDiscriminator } from '../models/sample-discriminator';
import type { SampleGenerator } from '../models/sample-generator';
import type { Adam } from '../nn/adam';
import { clipGradNorm } from '../nn/clip-grad-norm';
import type { Ema } from '../nn/ema';
import { withoutFusion } from '../nn/linear';
import { grad, noGrad } from '../tensor/autograd';
import { scope } from '../tensor/scope';
import type { Tensor } from '../tensor/tensor';
import type { GanLoss } from './gan-loss';
import { r1Penalty } from './gan-penalty';
import type { GanSettings } from './gan-settings';

/** The two networks, their optimizers, and the average of the generator's weights, if any. */
export interface GanPlayers {
  generator: SampleGenerator;
  discriminator: SampleDiscriminator;
  optimizerG: Adam;
  optimizerD: Adam;
  ema?: Ema<SampleGenerator>;
}

/** Options of {@link ganStep}. */
interface GanStepOptions {
  loss: GanLoss;
  /** What the loss is computed from: the discriminator's probabilities or its logits. */
  output: GanSettings['output'];
  /** What the discriminator is shown of data (B, dataDim); default the data. */
  shown?: ((data: Tensor) => Tensor) | undefined;
  /** Maximum norm of each network's gradient; null for no limit. */
  clipNorm: number | null;
  /** The weight of R1; 0 for none. */
  r1Gamma: number;
  /** Whether only the discriminator is updated. */
  isCriticOnly?: boolean | undefined;
}

/**
 * Takes one training step as in the article: updates the generator, unless `isCriticOnly`, then the discriminator.
 *
 * The discriminator judges the fakes once for both losses, and each loss is differentiated only for its own network's
 * parameters. The results equal the article's two separate judgements to the last bit.
 *
 * @param real (B, dataDim)
 * @param noise (B, noiseDim)
 * @param labels (B), the classes of the real data, of which the fakes are to be too
 * @see https://arxiv.org/abs/1406.2661
 */
export function ganStep(
  { generator, discriminator, optimizerG, optimizerD, ema }: GanPlayers,
  { loss, output, shown = (data) => data, clipNorm, r1Gamma, isCriticOnly = false }: GanStepOptions,
  real: Tensor,
  noise: Tensor,
  labels?: Tensor,
): { lossD: number; lossG: number } {
  return scope(() => {
    const outputOf = (data: Tensor) => {
      const judge = output === 'logit' ? 'logits' : 'forward';
      const input = shown(data);
      return discriminator instanceof ProjectionDiscriminator
        ? discriminator[judge](input, labels)
        : discriminator[judge](input);
    };
    const needsSlopes = r1Gamma > 0 || loss.penalty !== undefined;
    const judge = needsSlopes ? (data: Tensor) => withoutFusion(() => outputOf(data)) : outputOf;
    const clipped = (gradients: Tensor[]) => (clipNorm === null ? gradients : clipGradNorm(gradients, clipNorm));

    const draw = () => generator.generate(noise, labels);
    const fake = isCriticOnly ? noGrad(draw) : draw(); // (B, dataDim)
    const ofFake = judge(fake); // (B, 1)
    const lossG = loss.generator(ofFake);
    if (!isCriticOnly) {
      // A separate scope lets the discriminator's gradients reuse this memory, which is still in the cache.
      scope(() => optimizerG.step(clipped(grad(lossG, generator.parameters(), { retainGraph: true }))));
      ema?.update(generator);
    }

    const seen = r1Gamma > 0 ? real.detach().requiresGrad_() : real; // R1 is a slope with respect to it
    const ofReal = judge(seen);
    let lossD = loss.discriminator(ofReal, ofFake);
    if (loss.penalty) lossD = lossD.add(loss.penalty(judge, real, fake));
    if (r1Gamma > 0) lossD = lossD.add(r1Penalty(ofReal, seen).mul(r1Gamma));
    optimizerD.step(clipped(grad(lossD, discriminator.parameters())));
    return { lossD: lossD.item(), lossG: lossG.item() };
  });
}
