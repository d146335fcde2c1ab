import type { Command } from 'commander';
import { choice, type OptionTable, path } from '../option';
import { type ExportOptions, exportRun } from '../training/export-run';
import { addExamples, addFlags } from './flags';

const FLAGS = {
  format: { ...choice('safetensors', 'onnx'), help: "write this format; safetensors has PyTorch's names" },
  part: {
    ...choice('generator', 'discriminator', 'mdn-rnn'),
    help: "export a GAN's generator or discriminator",
    defaultHelp: 'generator',
  },
  out: {
    ...path('file'),
    help: 'write this file',
    defaultHelp: 'generator.onnx, mdn-rnn.safetensors, ... in the working directory',
  },
} satisfies OptionTable<ExportOptions>;

export function addExportCommand(program: Command): void {
  const command = program
    .command('export')
    .description("export a run's trained weights to a file for other programs")
    .argument('<run>', 'the run folder');
  addExamples(
    command,
    'export runs/digits --format onnx',
    'export runs/digits --format safetensors --part discriminator',
  );
  addFlags<ExportOptions>(command, FLAGS).action((run: string, flags: ExportOptions) => {
    console.error(`The model is in ${exportRun(run, flags)}`);
  });
}
