import { COLORS, type ImageSize } from '../data/image-set';
import { LibtorchGenerativeError, worded } from '../errors';
import { areSameClasses, classNames } from './classes';
import { newDiscriminator, newGenerator } from './gan-nets';
import { GAN_RUN, type GanSettings } from './gan-settings';
import { InitialWeights, type Misfit, type Remedy } from './initial-weights';
import type { RunFolder } from './run-folder';

/**
 * Opens the weights that `init` names, if any: a run's generator is the one that it draws with.
 *
 * @throws as {@link InitialWeights.open}; ERR_INVALID_ARGUMENT if they do not fit nets of such settings
 */
export function openInitial(
  settings: GanSettings,
  folder: RunFolder | undefined,
): InitialWeights<GanSettings> | undefined {
  const remedyFor = (misfit: Misfit) => remedyOf(settings, misfit);
  const initial = InitialWeights.open(GAN_RUN, settings.init, folder, remedyFor);
  const run = initial?.run;
  if (!run) return initial;
  for (const name of ['net', 'conditional'] as const) {
    if (run[name] === settings[name]) continue;
    throw worded('ERR_INVALID_ARGUMENT', ({ setting }) => {
      return `Cannot start from ${initial.path}: it was trained with ${setting(name, run[name])}, which has to be set here too.`;
    });
  }
  const { hidden, filters } = settings;
  const ofItsImages = { ...run, hidden, filters }; // those of the data are not known yet
  initial.check(() => ({ model: newGenerator(ofItsImages), discriminator: newDiscriminator(ofItsImages) }));
  return initial;
}

/**
 * Throws ERR_INVALID_ARGUMENT unless weights are of nets that draw images of this size: of another one, such as in color,
 * an image may have as many values.
 */
export function checkSameImages(initial: InitialWeights<GanSettings>, settings: GanSettings, size: ImageSize): void {
  const { channels, height, width } = size;
  if (initial.run) checkSameSize(initial.path, initial.run, { channels, height, width });
  else if (!settings.conditional) checkWeights(initial, { ...settings, channels, height, width });
}

/** Throws ERR_INVALID_ARGUMENT unless weights are of nets that draw these classes. */
export function checkSameClasses(initial: InitialWeights<GanSettings>, settings: GanSettings): void {
  if (!settings.conditional) return;
  if (!initial.run) checkWeights(initial, settings);
  else if (!areSameClasses(initial.run.classes, settings.classes)) {
    const [then, now] = [initial.run, settings].map(({ classes }) => classNames(classes));
    const message = `Cannot start from ${initial.path}: it has learned the classes ${then}, but these images have ${now}.`;
    throw new LibtorchGenerativeError('ERR_INVALID_ARGUMENT', message);
  }
}

/** Throws ERR_CHECKPOINT unless the images of a run that goes on have the classes that it began with. */
export function checkSameClassesAsBefore(before: GanSettings, { data, classes }: GanSettings): void {
  if (areSameClasses(before.classes, classes)) return;
  const changed = `they were ${classNames(before.classes)}, and are ${classNames(classes)}`;
  throw new LibtorchGenerativeError('ERR_CHECKPOINT', `The classes in ${data} have changed since the run began: ${changed}. Restore them.`); // biome-ignore format: one line
}

function checkWeights(initial: InitialWeights<GanSettings>, settings: GanSettings): void {
  initial.check(() => ({ model: newGenerator(settings) }));
}

function checkSameSize(path: string, then: ImageSize, now: ImageSize): void {
  const isSameArea = then.height === now.height && then.width === now.width;
  if (isSameArea && then.channels === now.channels) return;
  const words = ({ channels, height, width }: ImageSize) => `${width} x ${height} pixels in ${COLORS[channels]}`;
  throw worded('ERR_INVALID_ARGUMENT', ({ setting }) => {
    const needed = isSameArea ? setting('color', COLORS[then.channels]) : setting('resolution', then.height);
    const remedy = isSameArea || then.height === then.width ? `. It requires ${needed}.` : '';
    return `Cannot start from ${path}: it was trained on images of ${words(then)}, but these are of ${words(now)}${remedy}`;
  });
}

function remedyOf({ net, hidden, filters }: GanSettings, { name, found, expected }: Misfit): Remedy {
  if (net === 'mlp' && name === 'model.0.weight' && found[0] !== hidden) return ['hidden', found[0]];
  const [ratio, ...others] = new Set(found.map((size, index) => size / expected[index]!).filter((each) => each !== 1));
  if (net === 'dcgan' && others.length === 0 && Number.isInteger(filters * ratio!))
    return ['filters', filters * ratio!];
  return 'The images must have the size of those that it was trained on.';
}
