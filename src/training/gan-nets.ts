import { valuesPerImage } from '../data/image-set';
import { DcganDiscriminator } from '../models/dcgan';
import { Discriminator } from '../models/discriminator';
import type { GeneratorRecipe } from '../models/generator-copies';
import { generatorFrom } from '../models/generators';
import { ResnetDiscriminator } from '../models/resnet-gan';
import type { SampleDiscriminator } from '../models/sample-discriminator';
import type { SampleGenerator } from '../models/sample-generator';
import type { GanSettings } from './gan-settings';

/** The settings that nets are made from. */
type NetSettings = Pick<GanSettings, 'net' | 'noiseDim' | 'hidden' | 'filters' | 'channels' | 'height' | 'width'>;

/** Creates a generator with new weights. */
export function newGenerator(settings: NetSettings): SampleGenerator {
  return generatorFrom(recipeOf(settings));
}

/** Creates a discriminator with new weights. */
export function newDiscriminator({ net, hidden, filters, ...size }: NetSettings): SampleDiscriminator {
  if (net === 'mlp') return new Discriminator({ dataDim: valuesPerImage(size), hiddenDim: hidden });
  const options = { resolution: size.height, channels: size.channels, filters };
  return net === 'dcgan' ? new DcganDiscriminator(options) : new ResnetDiscriminator(options);
}

function recipeOf({ net, noiseDim, hidden: hiddenDim, filters, ...size }: NetSettings): GeneratorRecipe {
  return net === 'mlp'
    ? { net, options: { noiseDim, hiddenDim, dataDim: valuesPerImage(size) } }
    : { net, options: { noiseDim, resolution: size.height, channels: size.channels, filters } };
}
