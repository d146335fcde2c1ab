import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { readOptions } from '../check';
import { LibtorchGenerativeError } from '../errors';
import { readFileBytes, writeFileAtomic } from '../files';
import { checkPath } from '../option';
import { renderReport } from '../report/page';
import type { MdnRnnReport, RunReport, SamplePicture } from '../report/run-report';
import { thin } from '../report/thin';
import { forecastScores, imageScores, readEvaluation } from './run-evaluation';
import { RunFolder } from './run-folder';
import { forecastRun } from './run-forecast';
import { readMetrics } from './run-metrics';

/** If there are more pictures, an evenly spaced subset is shown. */
const MAX_PICTURES = 100;
const MAX_PICTURE_BYTES = 6_000_000;

/** Further series are not drawn. */
const MAX_FORECASTS = 6;

/**
 * Writes a run's report: a self-contained HTML page with its losses, samples or forecasts, settings and versions, and
 * its evaluation after `evaluate`. A training run also writes it when it ends.
 *
 * @param run the run folder
 * @param options.out the page to write; default report.html in the run folder
 * @returns the path of the page
 * @throws ERR_FILE; ERR_CHECKPOINT if a file of the run is corrupt
 * @example
 * ```ts
 * import { trainGan, writeRunReport } from 'libtorch-generative';
 *
 * await trainGan({ data: 'noise', epochs: 5, out: 'run' }).result;
 * console.log(writeRunReport('run', { out: 'page.html' })); // page.html
 * ```
 */
export function writeRunReport(run: string, options?: { out?: string | undefined }): string {
  checkPath('run', run);
  const { out = join(run, 'report.html') } = readOptions(options, { out: checkPath });
  writeFileAtomic(out, renderReport(collectReport(run)));
  return out;
}

function collectReport(run: string): RunReport {
  const { kind, settings, changes, versions, device, threads, images } = RunFolder.configOf(run);
  const common = {
    name: basename(resolve(run)),
    evaluateCommand: `npx libtorch-generative evaluate ${shellQuote(run)}`,
    settings: settings as Record<string, unknown>,
    changes,
    environment: { ...versions, device, threads },
    metrics: readMetrics(run),
  };
  const evaluation = readEvaluation(run);
  if (kind === 'gan') {
    return {
      ...common,
      kind,
      images,
      samples: readSamples(join(run, 'samples')),
      scores: imageScores(run, evaluation),
    };
  }
  if (kind === 'mdn-rnn') {
    const scores = forecastScores(evaluation);
    const { candidates, ...rest } = settings as Pick<MdnRnnReport, 'candidates' | 'settings'>;
    const forecasts = tryToForecast(run, scores?.backtest.horizon);
    return { ...common, settings: rest, kind, candidates, scores, ...forecasts };
  }
  throw new LibtorchGenerativeError(
    'ERR_CHECKPOINT',
    `Expected a run of kind gan or mdn-rnn in ${run} but found ${kind}`,
  );
}

/** Forecasts if possible: a run without its data or without a model still gets a report. */
function tryToForecast(run: string, horizon = 24): Pick<MdnRnnReport, 'forecasts' | 'numSeries' | 'noForecast'> {
  try {
    return forecastRun(run, { horizon, maxSeries: MAX_FORECASTS });
  } catch (error) {
    if (!(error instanceof LibtorchGenerativeError)) throw error;
    return { forecasts: [], numSeries: 0, noForecast: error.message };
  }
}

/** Reads the pictures of epochs, an evenly spaced subset if there are too many. */
function readSamples(folder: string): SamplePicture[] {
  if (!existsSync(folder)) return [];
  const files = readdirSync(folder).flatMap((name) => {
    const epoch = /^epoch-(\d+)\.png$/.exec(name)?.[1];
    return epoch ? [{ epoch: Number(epoch), path: join(folder, name) }] : [];
  });
  files.sort((a, b) => a.epoch - b.epoch);
  const largest = Math.max(...files.map(({ path }) => statSync(path).size));
  const count = Math.min(MAX_PICTURES, Math.max(2, Math.floor(MAX_PICTURE_BYTES / largest)));
  return thin(files, count).map(({ epoch, path }) => ({ epoch, png: readFileBytes(path) }));
}

/** Quotes a word for a POSIX shell. */
function shellQuote(word: string): string {
  return /^[\w./:=@%+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
