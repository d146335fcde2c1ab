import type { SampleDiscriminator } from '../models/sample-discriminator';
import type { SampleGenerator } from '../models/sample-generator';
import { memoryOf, receiveModel, type SentModel, sendModel } from '../nn/sent-model';
import { withSeed } from '../tensor/random';
import { newDiscriminator, newGenerator } from './gan-nets';
import type { GanSettings } from './gan-settings';
import type { Sent } from './worker-protocol';

/** Result of {@link trainGan}. The models are on the training's device; dispose of them when done. */
export interface GanResult {
  /** The generator; with `emaDecay`, the moving average. */
  generator: SampleGenerator;
  /** The discriminator. */
  discriminator: SampleDiscriminator;
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
  const { generator, discriminator } = withSeed(0, () => {
    return { generator: newGenerator(settings), discriminator: newDiscriminator(settings) };
  });
  receiveModel(generator, sent.generator);
  receiveModel(discriminator, sent.discriminator);
  return { generator, discriminator, settings };
}
