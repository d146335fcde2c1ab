import { Discriminator } from '../models/discriminator';
import { Generator } from '../models/generator';
import { memoryOf, receiveModel, type SentModel, sendModel } from '../nn/sent-model';
import { withSeed } from '../tensor/random';
import type { GanSettings } from './gan-settings';
import type { Sent } from './worker-protocol';

/** Result of {@link trainGan}. The models are on the training's device; dispose of them when done. */
export interface GanResult {
  /** The generator; with `emaDecay`, the moving average. */
  generator: Generator;
  /** The discriminator. */
  discriminator: Discriminator;
  /** The resolved options. */
  settings: GanSettings;
}

/** A {@link GanResult} as data. */
export interface SentGanResult {
  generator: SentModel;
  discriminator: SentModel;
  settings: GanSettings;
}

/** Turns a result into data that can go to another thread. */
export function sendGanResult({ settings, ...models }: GanResult): Sent<SentGanResult> {
  const [generator, discriminator] = [sendModel(models.generator), sendModel(models.discriminator)];
  return { data: { generator, discriminator, settings }, memory: memoryOf(generator, discriminator) };
}

/** Rebuilds the result that another thread has sent. */
export function receiveGanResult({ settings, ...sent }: SentGanResult): GanResult {
  const { noiseDim, hidden: hiddenDim, height, width } = settings;
  const dataDim = height * width;
  const [generator, discriminator] = withSeed(0, () => [
    new Generator({ noiseDim, hiddenDim, dataDim }),
    new Discriminator({ dataDim, hiddenDim }),
  ]);
  receiveModel(generator, sent.generator);
  receiveModel(discriminator, sent.discriminator);
  return { generator, discriminator, settings };
}
