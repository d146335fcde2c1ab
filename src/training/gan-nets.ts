import { DcganDiscriminator } from '../models/dcgan';
import { Discriminator } from '../models/discriminator';
import type { GeneratorRecipe } from '../models/generator-copies';
import { generatorFrom } from '../models/generators';
import type { SampleDiscriminator } from '../models/sample-discriminator';
import type { SampleGenerator } from '../models/sample-generator';
import type { GanSettings } from './gan-settings';

/** The settings that nets are made from. */
type NetSettings = Pick<GanSettings, 'net' | 'noiseDim' | 'hidden' | 'filters' | 'height' | 'width'>;

/** Creates a generator with new weights. */
export function newGenerator(settings: NetSettings): SampleGenerator {
  return generatorFrom(recipeOf(settings));
}

/** Creates a discriminator with new weights. */
export function newDiscriminator({ net, hidden, filters, height, width }: NetSettings): SampleDiscriminator {
  return net === 'mlp'
    ? new Discriminator({ dataDim: height * width, hiddenDim: hidden })
    : new DcganDiscriminator({ resolution: height, channels: 1, filters });
}

function recipeOf({ net, noiseDim, hidden: hiddenDim, filters, height, width }: NetSettings): GeneratorRecipe {
  return net === 'mlp'
    ? { net, options: { noiseDim, hiddenDim, dataDim: height * width } }
    : { net, options: { noiseDim, resolution: height, channels: 1, filters } };
}
