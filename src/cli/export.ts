import type { Command } from 'commander';
import { choice, type OptionTable, path } from '../option';
import { type ExportOptions, exportRun } from '../training/export-run';
import { addFlags } from './flags';

const FLAGS = {
  format: { ...choice('safetensors', 'onnx'), help: "safetensors, PyTorch's state dict, or onnx" },
  part: {
    ...choice('generator', 'discriminator', 'mdn-rnn'),
    help: "a GAN's generator or discriminator",
    defaultHelp: 'generator',
  },
  out: {
    ...path('file'),
    help: 'the file to write',
    defaultHelp: 'generator.onnx, mdn-rnn.safetensors, ... here',
  },
} satisfies OptionTable<ExportOptions>;

export function addExportCommand(program: Command): void {
  const command = program
    .command('export')
    .description("write a run's trained weights as a file for other programs")
    .argument('<run>', 'its run folder');
  addFlags<ExportOptions>(command, FLAGS).action((run: string, flags: ExportOptions) => {
    console.error(`The model is in ${exportRun(run, flags)}`);
  });
}
