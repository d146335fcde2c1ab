import { worded } from '../errors';
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
  if (run.net !== settings.net) {
    throw worded('ERR_INVALID_ARGUMENT', ({ setting }) => {
      return `Cannot start from ${initial.path}: it was trained with ${setting('net', run.net)}, which has to be set here too.`;
    });
  }
  const { hidden, filters } = settings;
  const ofItsImages = { ...run, hidden, filters }; // those of the data are not known yet
  initial.check(() => ({ model: newGenerator(ofItsImages), discriminator: newDiscriminator(ofItsImages) }));
  return initial;
}

function remedyOf({ net, hidden, filters }: GanSettings, { name, found, expected }: Misfit): Remedy {
  if (net === 'mlp' && name === 'model.0.weight' && found[0] !== hidden) return ['hidden', found[0]];
  const [ratio, ...others] = new Set(found.map((size, index) => size / expected[index]!).filter((each) => each !== 1));
  if (net === 'dcgan' && others.length === 0 && Number.isInteger(filters * ratio!))
    return ['filters', filters * ratio!];
  return 'The images must have the size of those that it was trained on.';
}
