import { DcganGenerator } from './dcgan';
import { Generator } from './generator';
import type { GeneratorRecipe } from './generator-copies';
import type { SampleGenerator } from './sample-generator';

/** Creates a generator with new weights. */
export function generatorFrom({ net, options }: GeneratorRecipe): SampleGenerator {
  return net === 'mlp' ? new Generator(options) : new DcganGenerator(options);
}
