// Models that are made and dropped: one half is disposed of, the other left to the collector.
import { setImmediate } from 'node:timers/promises';
import { Adam, Discriminator, Generator, MdnRnn, memory } from 'libtorch-generative';
import { runPart } from './part';

async function run(count: number): Promise<string[]> {
  for (let index = 0; index < count; index++) {
    const models = [new Generator({ hiddenDim: 64 }), new Discriminator({ hiddenDim: 64 }), new MdnRnn()];
    const optimizers = models.map((model) => new Adam(model.parameters()));
    if (index % 2) for (const each of [...models, ...optimizers]) each.dispose();
    await setImmediate();
  }
  return [];
}

void runPart({ warmUp: 500, run, numTensors: () => memory().tensors });
