import { createHash } from 'node:crypto';
import type { Safetensors } from '../tensor/safetensors';
import { hashTensors } from './fingerprint';

/**
 * Returns a SHA-256 of everything in a tensor file except the checksum itself: names, dtypes, shapes, elements and
 * metadata. Without it, a flipped bit could go unnoticed.
 */
export function checksumOf({ tensors, metadata: { sha256: _, ...metadata } }: Safetensors): string {
  const hash = createHash('sha256').update(JSON.stringify(Object.entries(metadata).sort()));
  for (const [name, value] of Object.entries(tensors)) hashTensors(hash.update(name), [value]);
  return hash.digest('hex');
}

/** Returns the same content with its checksum in the metadata. */
export function withChecksum({ tensors, metadata }: Safetensors): Safetensors {
  return { tensors, metadata: { ...metadata, sha256: checksumOf({ tensors, metadata }) } };
}
