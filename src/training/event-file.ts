import { appendFileSync, existsSync } from 'node:fs';
import { hostname } from 'node:os';
import { buf } from 'crc-32/crc32c';
import { fileError, readFileBytes } from '../files';
import { Message } from '../protobuf-message';
import type { RunFolder } from './run-folder';

/** By which TensorBoard finds such files, and tells that it can read them. */
const [NAME, VERSION] = ['events.out.tfevents', 'brain.Event:2'];
/** TensorBoard drops what other files of the run tell of later steps. */
const SESSION_START = 1;
const RGBA = 4;

/**
 * A file of a run folder in which TensorBoard follows a training: numbers and pictures by epoch.
 *
 * @see https://github.com/tensorflow/tensorboard/blob/master/tensorboard/compat/proto/event.proto
 * @see https://www.tensorflow.org/tutorials/load_data/tfrecord#tfrecords_format_details
 */
export class EventFile {
  #path: string | undefined;

  /** @param firstEpoch the first that it will tell of; until then there is no file */
  constructor(
    readonly folder: RunFolder,
    readonly firstEpoch: number,
  ) {}

  /** Adds the numbers of an epoch's record, and the picture of its samples if there is one. */
  add({ epoch, ...record }: { epoch: number }): void {
    if (!this.#path) this.#begin();
    const summary = new Message();
    for (const [name, value] of Object.entries(record)) {
      if (typeof value === 'number') summary.message(1, new Message().text(1, name).float(2, value));
    }
    const picture = this.folder.sampleFile(epoch);
    if (existsSync(picture)) summary.message(1, pictureOf(readFileBytes(picture)));
    this.#append(epoch, (event) => event.message(5, summary));
  }

  #begin(): void {
    const seconds = String(Math.floor(Date.now() / 1000)).padStart(10, '0');
    this.#path = this.folder.file([NAME, seconds, hostname(), process.pid, this.firstEpoch].join('.'));
    this.#append(this.firstEpoch, (event) => event.text(3, VERSION));
    this.#append(this.firstEpoch, (event) => event.message(7, new Message().int(1, SESSION_START)));
  }

  #append(step: number, addTo: (event: Message) => Message): void {
    const event = addTo(new Message().double(1, Date.now() / 1000).int(2, step));
    try {
      appendFileSync(this.#path!, recordOf(event.finish()));
    } catch (error) {
      throw fileError('write', this.#path!, error);
    }
  }
}

/** @param png a PNG file */
function pictureOf(png: Buffer): Message {
  const [width, height] = [png.readUInt32BE(16), png.readUInt32BE(20)];
  const image = new Message().int(1, height).int(2, width).int(3, RGBA).bytes(4, png);
  return new Message().text(1, 'samples').message(4, image);
}

/** Wraps data as a TFRecord: its length, and checksums of both. */
function recordOf(data: Uint8Array): Uint8Array {
  const record = Buffer.alloc(8 + 4 + data.length + 4);
  record.writeBigUInt64LE(BigInt(data.length), 0);
  record.writeUInt32LE(maskedChecksum(record.subarray(0, 8)), 8);
  record.set(data, 12);
  record.writeUInt32LE(maskedChecksum(data), 12 + data.length);
  return record;
}

function maskedChecksum(bytes: Uint8Array): number {
  const checksum = buf(bytes) >>> 0;
  return (((checksum >>> 15) | (checksum << 17)) + 0xa282ead8) >>> 0;
}
