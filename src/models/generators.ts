import { ConditionalGenerator } from './conditional-generator';
import { DcganGenerator } from './dcgan';
import { Generator } from './generator';
import type { GeneratorRecipe, NetRecipe } from './generator-copies';
import { ResnetGenerator } from './resnet-gan';
import type { SampleGenerator } from './sample-generator';

/** Creates a generator with new weights. */
export function generatorFrom({ numClasses, embeddingDim, ...recipe }: GeneratorRecipe): SampleGenerator {
  const net = netFrom(recipe);
  return numClasses === undefined ? net : new ConditionalGenerator(net, { numClasses, embeddingDim });
}

function netFrom({ net, options }: NetRecipe): SampleGenerator {
  if (net === 'mlp') return new Generator(options);
  return net === 'dcgan' ? new DcganGenerator(options) : new ResnetGenerator(options);
}
