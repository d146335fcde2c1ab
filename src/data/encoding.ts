import { invalidArgument } from '../errors';
import type { MdnRnn } from '../models/mdn-rnn';
import { SeriesEncoding } from './series-encoding';
import type { SeriesEncodingState } from './series-encoding-state';
import { SmoothingEncoding, type SmoothingEncodingState } from './smoothing-encoding';

/** How a model sees series: a window of values, or what exponential smoothing makes of them. */
export type Encoding = SeriesEncoding | SmoothingEncoding;

/** Throws ERR_INVALID_ARGUMENT unless it is an encoding whose inputs a model has. */
export function checkEncoding(encoding: Encoding, { inputDim, outputDim }: MdnRnn): void {
  if (!(SeriesEncoding.isOne(encoding) || SmoothingEncoding.isOne(encoding))) {
    throw invalidArgument('encoding', 'a SeriesEncoding or a SmoothingEncoding', encoding);
  }
  if (inputDim === encoding.inputDim && outputDim === 1) return;
  const expected = `a model with inputDim ${encoding.inputDim}, as the encoding has, and outputDim 1`;
  throw invalidArgument('model', expected, `inputDim ${inputDim} and outputDim ${outputDim}`);
}

/** Returns the encodings that are for a series alone, else those for all. */
export function encodingsFor<E extends Encoding>(encodings: readonly E[], name: string): readonly E[] {
  const own = encodings.filter((each) => onlyFor(each)?.includes(name));
  return own.length > 0 ? own : encodings.filter((each) => !onlyFor(each));
}

/** Returns the names of the series that an encoding is for; undefined for all that have none of their own. */
export function onlyFor(encoding: Encoding): readonly string[] | undefined {
  return encoding instanceof SmoothingEncoding ? encoding.state.only : undefined;
}

/** The state of an encoding of either kind, which can be cloned from thread to thread. */
export type AnyEncodingState = { window: SeriesEncodingState } | { smoothing: SmoothingEncodingState };

export function stateOf(encoding: Encoding): AnyEncodingState {
  return encoding instanceof SmoothingEncoding ? { smoothing: encoding.state } : { window: encoding.state };
}

export function encodingOf(state: AnyEncodingState): Encoding {
  return 'smoothing' in state ? new SmoothingEncoding(state.smoothing) : new SeriesEncoding(state.window);
}
