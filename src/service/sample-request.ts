import { oneOf } from '../check';
import { invalidArgument } from '../errors';
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
  /** The class of all images, by its name or number, of a GAN that has learned classes; default one after the other. */
  class?: string | number | undefined;
  /** What to answer: a grid as a PNG file, or numbers. Default by the Accept header, "png" if it does not tell. */
  format?: 'png' | 'json' | undefined;
}

const [COUNT, SEED] = [16, 0];

function checkClassName(name: string, value: unknown): void {
  if (typeof value === 'string' || (typeof value === 'number' && Number.isSafeInteger(value))) return;
  throw invalidArgument(name, 'the name or the number of a class', value);
}

/** Reads bodies of `POST /sample`. */
export class SampleRequests {
  readonly #fields: Fields<SampleRequest>;

  constructor({ maxCount }: ServiceSettings) {
    this.#fields = {
      model: nameField({ description: 'Name of the model; required if there are several' }),
      count: integerField({ min: 1, max: maxCount }, { default: COUNT, description: 'Number of images' }),
      seed: integerField({}, { default: SEED, description: 'The same seed draws the same first images' }),
      truncation: positiveField({ default: 1, description: 'Factor of the noise: below 1, more typical images' }),
      class: {
        schema: { type: ['string', 'integer'], description: 'The class of all images; default one after the other' },
        check: checkClassName,
      },
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
