import type { Command } from 'commander';
import { type ExportOptions, exportRun } from '../training/export-run';
import { oneOf } from './flags';

export function addExportCommand(program: Command): void {
  program
    .command('export')
    .description("write a run's trained weights as a file for other programs")
    .argument('<run>', 'its run folder')
    .requiredOption('--format <name>', "safetensors, PyTorch's state dict, or onnx", oneOf('safetensors', 'onnx'))
    .option(
      '--part <name>',
      "a GAN's generator or discriminator (default: generator)",
      oneOf('generator', 'discriminator'),
    )
    .option('--out <file>', 'the file to write (default: generator.onnx, mdn-rnn.safetensors, ... here)')
    .action((run: string, flags: ExportOptions) => console.error(`The model is in ${exportRun(run, flags)}`));
}
