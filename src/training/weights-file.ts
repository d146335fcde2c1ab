import { LibtorchGenerativeError } from '../errors';
import type { Module } from '../nn/module';
import type { StateDict } from '../nn/state-dict';
import { withModelNames } from '../nn/state-prefix';
import { readSafetensors, type Safetensors } from '../tensor/safetensors';
import { scope } from '../tensor/scope';
import { checksumOf } from './checksum';
import { checkLoaded } from './not-finite';
import { loadingFrom } from './run-folder';

/**
 * Loads weights written by a training, or by another program: then they have no checksum, all names may share a prefix,
 * and the dtype may be another one.
 *
 * @param check receives the tensors by the model's names before anything is loaded; throws if they do not fit
 * @returns their checksum
 * @throws ERR_FILE; ERR_CHECKPOINT, with the path
 */
export function loadWeights(path: string, model: Module, check?: (tensors: StateDict) => void): string {
  return scope(() => {
    const file = readSafetensors(path);
    const checksum = loadingFrom(path, () => verified(file));
    const tensors = withModelNames(file.tensors, Object.keys(model.stateDict()));
    check?.(tensors);
    loadingFrom(path, () => {
      model.loadStateDict(tensors);
      checkLoaded(model);
    });
    return checksum;
  });
}

/** Returns the checksum of a file's content. @throws ERR_CHECKPOINT if it is not the one in the file */
function verified(file: Safetensors): string {
  const { sha256, checkpoint } = file.metadata;
  const checksum = checksumOf(file);
  if (sha256 !== undefined && sha256 !== checksum)
    throw new LibtorchGenerativeError('ERR_CHECKPOINT', 'it is corrupt: its content does not match its checksum');
  if (checkpoint !== undefined)
    throw new LibtorchGenerativeError('ERR_CHECKPOINT', 'it is the checkpoint of a run: use its run folder');
  return checksum;
}
