import type { Encoding } from '../data/encoding';
import { KnownInputs } from '../data/known-inputs';
import type { Series } from '../data/series';
import { NUM_SMOOTHING_INPUTS } from '../data/smoothing-filters';
import { listed, worded } from '../errors';
import { MdnRnn } from '../models/mdn-rnn';
import { isSame } from './changes';
import { InitialWeights, type Misfit, type Remedy } from './initial-weights';
import { encodingsOf, MDN_RNN_RUN, type MdnRnnSettings, type RequestedMdnRnnSettings } from './mdn-rnn-settings';
import { PRETRAINED_SPREAD } from './pretrained';
import type { RunFolder } from './run-folder';

type Initial = InitialWeights<MdnRnnSettings>;

/** Opens the weights that `init` names, if any. @throws as {@link InitialWeights.open}; ERR_INVALID_ARGUMENT */
export function openInitial(settings: RequestedMdnRnnSettings, folder: RunFolder | undefined): Initial | undefined {
  const remedyFor = (misfit: Misfit) => remedyOf(settings, misfit);
  const initial = InitialWeights.open(MDN_RNN_RUN, settings.init, folder, remedyFor);
  const inputs = initial?.run?.inputs ?? settings.inputs;
  if (inputs === settings.inputs) return initial;
  throw worded('ERR_INVALID_ARGUMENT', ({ setting }) => {
    return `Cannot start from ${settings.init}: it was trained with ${setting('inputs', inputs)}, which has to be set here too.`;
  });
}

function remedyOf({ hidden, mixtures, inputs }: RequestedMdnRnnSettings, { name, found }: Misfit): Remedy {
  const [rows] = found;
  if (name.startsWith('rnn.') && rows !== 3 * hidden && rows! % 3 === 0) return ['hidden', rows! / 3];
  if (name.startsWith('fc.') && rows !== 3 * mixtures && rows! % 3 === 0) return ['mixtures', rows! / 3];
  const missing = inputs === 'window' ? ', and missing values in both data or in none' : '';
  return `The inputs differ: use the same covariates and calendar${missing}.`;
}

/** Throws unless weights fit a net for such series, before its encoding, which takes long, is chosen. */
export function checkInitial(initial: Initial, settings: RequestedMdnRnnSettings, series: Series[]): void {
  const { inputs, calendar, hidden, mixtures } = settings;
  if (inputs === 'window') return; // whose encoding takes no time
  const inputDim = NUM_SMOOTHING_INPUTS + new KnownInputs(KnownInputs.fit(series, calendar)).size;
  initial.check(() => ({ model: new MdnRnn({ inputDim, hiddenDim: hidden, numMixtures: mixtures }) }));
}

/** By how much forecasts are widened, unless that is fitted: as a net in the package, or the run to start from, is. */
export function spreadOf(
  settings: RequestedMdnRnnSettings & { spread?: number[] | undefined },
  initial: Initial | undefined,
): number[] | undefined {
  if (settings.calibrate !== undefined) return undefined;
  if (settings.start === 'pretrained') return [...PRETRAINED_SPREAD];
  if (!initial) return settings.spread;
  return initial.run?.calibrate === undefined ? initial.run?.spread : undefined;
}

/**
 * Returns what a training takes from another run that its data may not share, though shapes fit. Scaling, the season and
 * the link are those of the new data.
 */
export function initialOddities(
  { run, path }: Initial,
  settings: RequestedMdnRnnSettings,
  encodings: readonly Encoding[],
): string[] {
  if (!run) return [];
  const was = encodingsOf(run);
  const compared: [what: string, then: unknown, now: unknown][] = [
    ['inputs', columnsOf(run), columnsOf(settings)],
    ['words in covariates', wordsOf(run), wordsOf(settings)],
    ['a lag of past covariates', lagOf(run), lagOf(settings)],
    ['links', linksOf(was), linksOf(encodings)],
    ['a scale', run.scale, settings.scale],
    ['a difference', run.difference, settings.difference],
  ];
  const differing = compared.filter(([, then, now]) => !isSame(then, now));
  const others = differing.map(
    ([what, then, now]) =>
      `${path} was trained with ${what} ${inWords(then)}, not ${inWords(now)}: its weights may mislead at first`,
  );
  const heldOut = settings.validation + settings.test;
  const isSameData = run.data === settings.data && isSame(run.column, settings.column);
  if (isSameData && run.validation + run.test < heldOut)
    others.push(
      `${path} was trained on a part of what is held out here, so scores are too good: hold out no more than it did`,
    );
  if (run.calibrate !== undefined && settings.calibrate === undefined)
    others.push(`${path} was calibrated, but its calibration does not hold for other data: calibrate again`);
  return others;
}

function columnsOf({ covariates, pastCovariates, staticCovariates, calendar }: RequestedMdnRnnSettings): string[] {
  return [...covariates, ...pastCovariates, ...staticCovariates, ...calendar];
}

function wordsOf({ categories = {} }: RequestedMdnRnnSettings): string[] {
  return Object.values(categories).flat();
}

function lagOf({ pastCovariates, horizon }: RequestedMdnRnnSettings): number | undefined {
  return pastCovariates.length > 0 ? horizon : undefined;
}

function linksOf(encodings: readonly Encoding[]): string[] {
  return [...new Set(encodings.map(({ link }) => link.name))].sort();
}

function inWords(value: unknown): string {
  return Array.isArray(value) ? listed(value.map(String)) || 'none' : String(value ?? 'none');
}
