import { worded } from '../errors';
import type { Position } from './checkpoint';
import type { SettingChange } from './run-folder';

/** Where the data is and how long to train: changes that say nothing of what was trained. */
const MOVABLE = ['epochs', 'data'];
/** How the nets learn, as opposed to what: options whose new value continues the same training. */
const ADJUSTABLE = ['lr', 'batchSize', 'clipNorm', 'nCritic', 'lrFactor', 'calibrate', 'tensorboard'];
/** Options that add a part to the checkpoint: their value may change, but not whether there is one. */
const ADJUSTABLE_WHILE_ON = ['patience', 'lrPatience', 'emaDecay'];
/** Options that the nets' inputs and sizes depend on: weights of a run with other ones do not fit. */
const OF_NETS = [
  'net',
  'hidden',
  'filters',
  'resolution',
  'color',
  'mixtures',
  'inputs',
  'start',
  'covariates',
  'staticCovariates',
  'pastCovariates',
  'calendar',
];

type Values = Record<string, unknown>;

/** Whether an option, or a value fitted at the end of a run, may have another value than in the run's checkpoint. */
export function isChangeable(name: string): boolean {
  return [...MOVABLE, ...ADJUSTABLE, ...ADJUSTABLE_WHILE_ON, 'spread', 'ownSpread'].includes(name);
}

/**
 * Returns a run's settings with the changes that resuming it asks for.
 *
 * @param asked the settings that the given options stand for
 * @param given the given options; undefined ones are the run's
 * @throws ERR_INVALID_ARGUMENT, with both values and a remedy, if an option that can't change differs from the run's
 */
export function changedSettings<Settings extends object>(
  run: string,
  settings: Settings,
  asked: Partial<Settings>,
  given: object,
): Settings {
  const changed: Values = {};
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined || !Object.hasOwn(asked, name)) continue;
    const [before, after] = [(settings as Values)[name], (asked as Values)[name]];
    if (isSame(before, after)) continue;
    if (!mayChange(name, before, after)) throw unchangeable(run, name, value, before);
    changed[name] = after;
  }
  return { ...settings, ...changed };
}

function mayChange(name: string, before: unknown, after: unknown): boolean {
  if (ADJUSTABLE_WHILE_ON.includes(name)) return isOn(before) && isOn(after);
  return MOVABLE.includes(name) || ADJUSTABLE.includes(name);
}

function isOn(value: unknown): boolean {
  return value !== undefined && value !== null;
}

function unchangeable(run: string, name: string, value: unknown, before: unknown) {
  const how = isOn(before) ? `with ${JSON.stringify(before)}` : 'without it';
  return worded('ERR_INVALID_ARGUMENT', ({ option, setting }) => {
    const remedy = OF_NETS.includes(name)
      ? 'Train a new run for that.'
      : `${setting('init', run)} starts a new run, with other options, from its weights.`;
    const to = JSON.stringify(value);
    return `Cannot change ${option(name)} to ${to} when resuming: ${run} was trained ${how}. ${remedy}`;
  });
}

/** Returns what differs between a run's settings and those that it is resumed with. */
export function changesBetween(before: object, after: object, { epoch, cursor }: Position): SettingChange[] {
  return [...ADJUSTABLE, ...ADJUSTABLE_WHILE_ON].flatMap((name) => {
    const [from, to] = [(before as Values)[name], (after as Values)[name]];
    if (isSame(from, to)) return [];
    const isLater = cursor !== undefined && name === 'batchSize'; // an epoch ends with the batch size it began with
    return [{ epoch: isLater ? epoch + 1 : epoch, name, from, to }];
  });
}

export function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
