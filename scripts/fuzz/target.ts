import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LibtorchGenerativeError } from '../../src/errors';

/** A reader of bytes that may come from anywhere. */
export interface Target {
  name: string;
  /** Writes what the reader needs besides its input into an empty folder, and returns valid inputs to begin from. */
  prepare(folder: string): Uint8Array[] | Promise<Uint8Array[]>;
  /** Reads an input in that folder: returns whether it was accepted, and throws only if that shows a fault. */
  read(folder: string, input: Uint8Array): boolean | Promise<boolean>;
  /** Words of the format, in Latin-1, that chance would hardly find. */
  words: string[];
}

/** Runs `read`, which may refuse its input and then returns undefined here; any other error is a fault. */
export function orRefused<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    return undefinedIfRefused(error);
  }
}

/** {@link orRefused} for what is read asynchronously. */
export async function orRefusedAsync<T>(read: Promise<T>): Promise<T | undefined> {
  return read.catch(undefinedIfRefused);
}

function undefinedIfRefused(error: unknown): undefined {
  if (error instanceof LibtorchGenerativeError && error.code && error.message) return undefined;
  throw error;
}

/** A new folder in memory, where the system has such, as each input is written to a file. */
export function temporaryFolder(): string {
  const memory = '/dev/shm';
  return mkdtempSync(join(existsSync(memory) ? memory : tmpdir(), 'fuzz-'));
}
