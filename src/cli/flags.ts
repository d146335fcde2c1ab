import { type Command, InvalidArgumentError } from 'commander';
import type { TrainingOptions } from '../training/options';

/** Reads a whole number, at least `min`. */
export function wholeNumber(min = Number.MIN_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    const number = Number(text);
    if (text.trim() !== '' && Number.isSafeInteger(number) && number >= min) return number;
    const least = min > Number.MIN_SAFE_INTEGER ? ` of at least ${min}` : '';
    const most = number > Number.MAX_SAFE_INTEGER ? ` of at most ${Number.MAX_SAFE_INTEGER}` : '';
    throw new InvalidArgumentError(`Expected a whole number${least || most}.`);
  };
}

/** Reads a finite number that `isAllowed`, which `expected` puts in words. */
export function finiteNumber(expected = 'a number', isAllowed: (number: number) => boolean = () => true) {
  return (text: string): number => {
    const number = Number(text);
    if (text.trim() !== '' && Number.isFinite(number) && isAllowed(number)) return number;
    throw new InvalidArgumentError(`Expected ${expected}.`);
  };
}

export const positiveNumber = finiteNumber('a number above 0', (number) => number > 0);

/** Reads one of the given words. */
export function oneOf(...choices: string[]): (text: string) => string {
  return (text) => {
    if (choices.includes(text)) return text;
    throw new InvalidArgumentError(`Expected ${choices.join(' or ')}.`);
  };
}

/** Reads the name of a device, there or not. */
function deviceName(text: string): string {
  if (/^(auto|cpu|cuda(:\d+)?)$/.test(text)) return text;
  throw new InvalidArgumentError('Expected auto, cpu, cuda or cuda:N.');
}

/** Reads numbers between 0 and 1 with commas between them. */
export function levels(text: string): number[] {
  return text
    .split(',')
    .map(finiteNumber('numbers between 0 and 1, as 0.1,0.5,0.9', (level) => level > 0 && level < 1));
}

/** The flags of `evaluate`, for either kind of run. */
export interface EvaluateFlags {
  data?: string;
  horizon?: number;
  season?: number;
  paths: number;
  seed: number;
  count: number;
  json?: boolean;
}

/** The flags that both trainings have. */
export interface TrainingFlags extends Omit<TrainingOptions, 'signal' | 'onProgress'> {
  json?: boolean;
}

export function addTrainingFlags(
  command: Command,
  defaults: { epochs: string; batchSize: number; lr: string; threads: string },
): Command {
  return command
    .option('--epochs <n>', `how often to go through the data (default: ${defaults.epochs})`, wholeNumber(1))
    .option('--batch-size <n>', `rows in a batch (default: ${defaults.batchSize})`, wholeNumber(1))
    .option('--lr <rate>', `Adam's learning rate (default: ${defaults.lr})`, positiveNumber)
    .option('--seed <n>', 'the same seed and threads give the same numbers (default: 0)', wholeNumber())
    .option('--device <name>', "auto, cpu, cuda or cuda:N (default: auto, with --resume the run's)", deviceName)
    .option(
      '--threads <n>',
      `threads an operator may use (default: ${defaults.threads}, with --resume the run's)`,
      wholeNumber(1),
    )
    .option('--out <dir>', 'the run folder to write (default: a new one under runs/)')
    .option('--resume <run>', 'continue a run folder with its options, but for --epochs, and --data if that has moved')
    .option('--json', 'print a JSON object an epoch and nothing else');
}
