import { oneOf } from '../check';
import { type Fields, integerField, nameField, positiveField, readFields, schemaOf } from './field';
import type { ServiceSettings } from './options';

/** Body of `POST /sample`. All of it may be left out. */
export interface SampleRequest {
  /** Name of the model; required if the service has several generators. */
  model?: string | undefined;
  /** Number of images; default 16. */
  count?: number | undefined;
  /** The same seed draws the same first images; default 0. */
  seed?: number | undefined;
  /** Factor of the noise, above 0: below 1, images are more typical and less varied. Default 1. */
  truncation?: number | undefined;
  /** What to answer: a grid as a PNG file, or numbers. Default by the Accept header, "png" if it does not tell. */
  format?: 'png' | 'json' | undefined;
}

const [COUNT, SEED] = [16, 0];

/** Reads bodies of `POST /sample`. */
export class SampleRequests {
  readonly #fields: Fields<SampleRequest>;

  constructor({ maxCount }: ServiceSettings) {
    this.#fields = {
      model: nameField({ description: 'Name of the model; required if there are several' }),
      count: integerField({ min: 1, max: maxCount }, { default: COUNT, description: 'Number of images' }),
      seed: integerField({}, { default: SEED, description: 'The same seed draws the same first images' }),
      truncation: positiveField({ default: 1, description: 'Factor of the noise: below 1, more typical images' }),
      format: {
        schema: { type: 'string', enum: ['png', 'json'], description: 'What to answer; default by the Accept header' },
        check: oneOf('png', 'json'),
      },
    };
  }

  /** The schema of a body. */
  get schema() {
    return schemaOf(this.#fields);
  }

  /** Checks a body and fills in the defaults. @throws ERR_INVALID_ARGUMENT, with the field */
  read(body: unknown) {
    const { count = COUNT, seed = SEED, truncation = 1, ...rest } = readFields<SampleRequest>(body ?? {}, this.#fields);
    return { count, seed, truncation, ...rest };
  }
}
