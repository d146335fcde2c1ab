import { checkString, oneOf, readOptions } from '../check';
import { invalidArgument } from '../errors';
import { exportOnnx, type OnnxExportable } from '../models/onnx';
import { checkPath, missingOption } from '../option';
import { writeSafetensors } from '../tensor/safetensors';
import { scope } from '../tensor/scope';
import { loadDiscriminator, loadForecaster, loadGenerator } from './load-run';
import { RunFolder } from './run-folder';

/** File format of an exported model. */
export type ExportFormat = 'safetensors' | 'onnx';

/** The models of each kind of run, the default one first. */
const PARTS: Record<string, string[]> = { gan: ['generator', 'discriminator'], 'mdn-rnn': ['mdn-rnn'] };

const checkFormat = oneOf('safetensors', 'onnx');

/** Options of {@link exportRun}. */
export interface ExportOptions {
  /** The format of the file. */
  format: ExportFormat;
  /** "generator" (default) or "discriminator" for a GAN; "mdn-rnn" for an MDN-RNN. */
  part?: string | undefined;
  /** The file to write; default the part's name with the format's extension, in the working directory. */
  out?: string | undefined;
}

/**
 * Exports the trained weights of a run to a separate file: safetensors, a state dict with PyTorch's names, or ONNX, see
 * {@link exportOnnx}. The file's metadata contains the run's `kind` and its `settings` as JSON, without the path of the
 * data. For the MDN-RNN, the settings include the scaling of its inputs and output (`encoding`).
 *
 * @param run the run folder
 * @returns the path of the file
 * @throws ERR_INVALID_ARGUMENT; ERR_FILE; ERR_CHECKPOINT
 * @example
 * ```ts
 * import { exportRun, readSafetensors, trainGan } from 'libtorch-generative';
 *
 * await trainGan({ data: 'noise', epochs: 5, out: 'run' }).result;
 * const file = exportRun('run', { format: 'safetensors' });
 * console.log(file, readSafetensors(file).metadata.kind); // generator.safetensors gan
 * console.log(exportRun('run', { format: 'onnx', part: 'discriminator', out: 'd.onnx' })); // d.onnx
 * ```
 */
export function exportRun(run: string, options: ExportOptions): string {
  const { format, part, out } = readOptions(options, { format: checkFormat, part: checkString, out: checkPath });
  if (format === undefined) throw missingOption('format', '"safetensors" or "onnx"');
  const { kind, settings } = RunFolder.configOf(run);
  const parts = PARTS[kind] ?? [];
  const chosen = part ?? parts[0] ?? '';
  if (!parts.includes(chosen)) throw invalidArgument('part', parts.map((name) => `"${name}"`).join(' or '), part);
  const file = out ?? `${chosen}.${format}`;
  const { data: _, ...kept } = settings as Record<string, unknown>;
  const metadata = { kind, settings: JSON.stringify(kept) };
  scope(() => {
    const model = loadPart(run, chosen);
    if (format === 'onnx') exportOnnx(file, model, { metadata });
    else writeSafetensors(file, model.stateDict(), { metadata: { format: 'pt', ...metadata } });
    model.dispose();
  });
  return file;
}

function loadPart(run: string, part: string): OnnxExportable {
  if (part === 'mdn-rnn') return loadForecaster(run).forecaster.model;
  return part === 'generator' ? loadGenerator(run).generator : loadDiscriminator(run);
}
