import { valuesPerImage } from '../data/image-set';
import { EMBEDDING_DIM } from '../models/conditional-generator';
import { DcganDiscriminator } from '../models/dcgan';
import { Discriminator } from '../models/discriminator';
import type { GeneratorRecipe, NetRecipe } from '../models/generator-copies';
import { generatorFrom } from '../models/generators';
import { ProjectionDiscriminator } from '../models/projection-discriminator';
import { ResnetDiscriminator } from '../models/resnet-gan';
import type { SampleDiscriminator } from '../models/sample-discriminator';
import type { SampleGenerator } from '../models/sample-generator';
import { spectralNorm } from '../nn/spectral-norm';
import type { GanSettings } from './gan-settings';

/** The settings that nets are made from. */
type NetSettings = Pick<
  GanSettings,
  'net' | 'noiseDim' | 'hidden' | 'filters' | 'conditional' | 'classes' | 'channels' | 'height' | 'width'
>;

/** Creates a generator with new weights. */
export function newGenerator(settings: NetSettings): SampleGenerator {
  return generatorFrom(recipeOf(settings));
}

/** Creates a discriminator with new weights. */
export function newDiscriminator(settings: NetSettings): SampleDiscriminator {
  const net = newNet(settings);
  if (!settings.conditional) return net;
  const discriminator = new ProjectionDiscriminator(net, { numClasses: settings.classes.length });
  if (settings.net === 'resnet') spectralNorm(discriminator.embedding); // as its other layers
  return discriminator;
}

/** Creates a discriminator that knows no classes. */
function newNet({ net, hidden, filters, ...size }: NetSettings): SampleDiscriminator {
  if (net === 'mlp') return new Discriminator({ dataDim: valuesPerImage(size), hiddenDim: hidden });
  const options = { resolution: size.height, channels: size.channels, filters };
  return net === 'dcgan' ? new DcganDiscriminator(options) : new ResnetDiscriminator(options);
}

function recipeOf({ conditional, classes, noiseDim, ...settings }: NetSettings): GeneratorRecipe {
  if (!conditional) return netRecipeOf({ ...settings, noiseDim });
  const net = netRecipeOf({ ...settings, noiseDim: noiseDim + EMBEDDING_DIM });
  return { ...net, numClasses: classes.length, embeddingDim: EMBEDDING_DIM };
}

function netRecipeOf({
  net,
  noiseDim,
  hidden: hiddenDim,
  filters,
  ...size
}: Omit<NetSettings, 'conditional' | 'classes'>): NetRecipe {
  return net === 'mlp'
    ? { net, options: { noiseDim, hiddenDim, dataDim: valuesPerImage(size) } }
    : { net, options: { noiseDim, resolution: size.height, channels: size.channels, filters } };
}
