import type { Command } from 'commander';
import { RunFolder } from '../training/run-folder';
import { evaluateGanRun } from './evaluate-images';
import { evaluateSeriesRun } from './evaluate-series';
import { type EvaluateFlags, wholeNumber } from './flags';

export function addEvaluateCommand(program: Command): void {
  program
    .command('evaluate')
    .description("score a trained MDN-RNN's forecasts of the values kept from its training, or a GAN's images")
    .argument('<run>', 'its run folder')
    .option('--data <file>', 'values that are all new to the model, or other images (default: those trained on)')
    .option('--horizon <n>', 'steps that a forecast goes ahead (default: as calibrated, or 24)', wholeNumber(1))
    .option('--season <n>', 'steps after which the series repeats itself (default: guessed)', wholeNumber(1))
    .option('--paths <n>', 'joint futures to draw', wholeNumber(2), 500)
    .option('--count <n>', "images to draw, more than the classifier's features", wholeNumber(65), 10_000)
    .option('--seed <n>', 'the same seed draws the same paths or images', wholeNumber(), 0)
    .option('--json', 'JSON on stdout')
    .action(run);
}

function run(runFolder: string, flags: EvaluateFlags): void {
  if (RunFolder.kindOf(runFolder) === 'gan') evaluateGanRun(runFolder, flags);
  else evaluateSeriesRun(runFolder, flags);
}
