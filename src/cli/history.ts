import { readCsvColumns } from '../data/csv';
import { LibtorchGenerativeError } from '../errors';
import type { MdnRnnSettings } from '../training/mdn-rnn-settings';

/**
 * The series that a model is asked about: that of `file`, or that it was trained on.
 *
 * @throws ERR_FILE; ERR_DATA_FORMAT, also if the series is shorter than the model's window
 */
export function readHistory({ column, data, window }: MdnRnnSettings, file = data): Float64Array {
  const values = readCsvColumns(file, [column])[column]!;
  if (values.length >= window) return values;
  throw new LibtorchGenerativeError(
    'ERR_DATA_FORMAT',
    `Expected at least ${window} values in ${file}, the model's window, but found ${values.length}`,
  );
}
