import { createHash } from 'node:crypto';
import type { Safetensors } from '../tensor/safetensors';
import { hashTensors } from './fingerprint';

/**
 * A SHA-256 of all that a file of tensors holds, but for the checksum itself: names, types, shapes, elements and
 * metadata. With a flipped bit such a file may be read without a fault.
 */
export function checksumOf({ tensors, metadata: { sha256: _, ...metadata } }: Safetensors): string {
  const hash = createHash('sha256').update(JSON.stringify(Object.entries(metadata).sort()));
  for (const [name, value] of Object.entries(tensors)) hashTensors(hash.update(name), [value]);
  return hash.digest('hex');
}

/** The same content with its checksum in the metadata. */
export function withChecksum({ tensors, metadata }: Safetensors): Safetensors {
  return { tensors, metadata: { ...metadata, sha256: checksumOf({ tensors, metadata }) } };
}
