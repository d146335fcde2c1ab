import { DcganGenerator } from './dcgan';
import { Generator } from './generator';
import type { GeneratorRecipe } from './generator-copies';
import { ResnetGenerator } from './resnet-gan';
import type { SampleGenerator } from './sample-generator';

/** Creates a generator with new weights. */
export function generatorFrom({ net, options }: GeneratorRecipe): SampleGenerator {
  if (net === 'mlp') return new Generator(options);
  return net === 'dcgan' ? new DcganGenerator(options) : new ResnetGenerator(options);
}
