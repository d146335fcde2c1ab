import type { SentError } from '../pool/sent-error';
import type { WorkProgress } from '../work';
import type { Progress, TrainingOptions } from './options';

/** What a worker thread trains. */
export interface WorkerTask {
  kind: 'gan' | 'mdn-rnn';
  /** The caller's options, without those that belong to its own thread. */
  options: object;
  /** Whether the caller has a callback for them. */
  wants: { progress: boolean; work: boolean };
}

/** The callbacks of a training, which are called in the caller's thread. */
export type Callbacks = Pick<TrainingOptions, 'onProgress' | 'onWork' | 'onWarning'>;

/**
 * What the caller tells the thread: "next" asks for an epoch, or for the result after the last one; "return" stops the
 * training between two epochs. Each has one answer. "abort" stops it after a batch, which is the answer to "next" then.
 */
export type Request = 'next' | 'return' | 'abort';

/** How a request ends. The thread ends too, unless there may be more epochs. */
export type Answer<Epoch, Data> =
  | { type: 'answer'; result: IteratorResult<Epoch, Data> }
  | { type: 'aborted' }
  | { type: 'failed'; error: SentError };

/** What the thread tells before it answers. */
export type Notice =
  | { type: 'progress'; progress: Progress }
  | { type: 'work'; progress: WorkProgress }
  | { type: 'warning'; message: string };

/** Data for another thread. */
export interface Sent<Data> {
  data: Data;
  /** The part of its memory that the other thread takes over without a copy. */
  memory: ArrayBuffer[];
}
