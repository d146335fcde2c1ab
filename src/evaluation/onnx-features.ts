import { accessSync } from 'node:fs';
import type { InferenceSession, Tensor as OnnxTensor } from 'onnxruntime-node';
import { type ImageSet, partOf } from '../data/image-set';
import { resizedColors } from '../data/resize';
import { formatError, LibtorchGenerativeError } from '../errors';
import { fileError } from '../files';
import { optionalPackage } from '../optional-package';
import { tensor } from '../tensor/creation';
import { scope } from '../tensor/scope';
import type { Tensor } from '../tensor/tensor';
import type { ImageFeatures, SeenImages } from './image-features';
import { lookInBatches } from './in-batches';

const BATCH_SIZE = 32;
/** The covariance of more would not fit in memory. */
const MAX_FEATURES = 4096;
const INPUT = 'one input (N, 3, H, W) of uint8, from 0 to 255, or float32, from 0 to 1,';

/** The input of a model; undefined sizes are dynamic. */
interface Input {
  name: string;
  type: 'uint8' | 'float32';
  batchSize: number | undefined;
  height: number | undefined;
  width: number | undefined;
}

/** The features of a model in an ONNX file, such as an Inception network, run by onnxruntime. */
export class OnnxFeatures implements ImageFeatures {
  readonly kind = 'onnx';
  #size = 0;

  private constructor(
    readonly path: string,
    readonly session: InferenceSession,
    readonly input: Input,
  ) {}

  /**
   * Loads a model and tries it on one of the images.
   *
   * @throws ERR_NOT_INSTALLED without onnxruntime-node; ERR_FILE; ERR_DATA_FORMAT if the model is not such a model
   */
  static async load(path: string, images: ImageSet): Promise<OnnxFeatures> {
    const { InferenceSession } = optionalPackage('onnxruntime-node');
    try {
      accessSync(path);
    } catch (error) {
      throw fileError('read', path, error);
    }
    const session = await InferenceSession.create(path).catch((cause: unknown) => {
      throw formatError(`Expected an ONNX model in ${path}, but onnxruntime cannot load it: ${messageOf(cause)}`, {
        cause,
      });
    });
    const features = new OnnxFeatures(path, session, inputOf(path, session));
    const seen = await features.#run(partOf(images, 0, 1));
    features.#size = seen.shape[1]!;
    seen.dispose();
    return features;
  }

  get size(): number {
    return this.#size;
  }

  get description(): string {
    return `the ${this.size} features of ${this.path}`;
  }

  async look(images: ImageSet): Promise<SeenImages> {
    return { features: await lookInBatches(images, this.input.batchSize ?? BATCH_SIZE, (batch) => this.#run(batch)) };
  }

  async #run(images: ImageSet): Promise<Tensor> {
    const { Tensor: OnnxTensor } = optionalPackage('onnxruntime-node');
    const { name, type, batchSize = images.count, height = images.height, width = images.width } = this.input;
    const colors = scope(() => {
      const planes = resizedColors(images, { height, width });
      return type === 'uint8' ? planes.mul(255).round().to('uint8').toArray() : planes.toArray();
    });
    const data = new (type === 'uint8' ? Uint8Array : Float32Array)(batchSize * 3 * height * width);
    data.set(colors as Uint8Array); // the rest of a batch of fixed size is black
    const feeds = { [name]: new OnnxTensor(type, data as Float32Array, [batchSize, 3, height, width]) };
    const outputs = await this.session.run(feeds).catch((cause: unknown) => {
      const what = `images of ${width} x ${height} pixels`;
      throw formatError(`Expected a model for ${what} in ${this.path}, but it fails: ${messageOf(cause)}`, { cause });
    });
    return this.#features(outputs[this.session.outputNames[0]!]!, batchSize, images.count);
  }

  /** Returns the model's first output, (batchSize, ...), as (count, F). */
  #features({ dims, type, data }: OnnxTensor, batchSize: number, count: number): Tensor {
    const size = dims.slice(1).reduce((product, each) => product * each, 1);
    const isFloat = type === 'float32' || type === 'float64';
    if (!isFloat || dims[0] !== batchSize || dims.length < 2 || size < 1 || size > MAX_FEATURES) {
      const expected = `a first output (N, F) or (N, F, 1, 1) of float32 with at most ${MAX_FEATURES} features`;
      throw formatError(
        `Expected ${expected} from ${this.path} but received (${dims.join(', ')}) of ${type} for ${batchSize} images`,
      );
    }
    return scope(() => {
      const features = tensor(data as Float32Array, { shape: [batchSize, size], dtype: 'float64' }).slice(0, 0, count);
      if (features.isfinite().all().item()) return features.clone();
      throw new LibtorchGenerativeError('ERR_NOT_FINITE', `${this.path} gives features that are NaN or infinite`);
    });
  }

  dispose(): void {
    void this.session.release();
  }
}

function inputOf(path: string, { inputMetadata }: InferenceSession): Input {
  const [input] = inputMetadata;
  if (inputMetadata.length === 1 && input?.isTensor && input.shape.length === 4) {
    const { name, type } = input;
    const [batchSize, channels, height, width] = input.shape.map((size) =>
      typeof size === 'number' && size > 0 ? size : undefined,
    );
    if ((type === 'uint8' || type === 'float32') && (channels ?? 3) === 3)
      return { name, type, batchSize, height, width };
  }
  const found = inputMetadata.map((each) =>
    each.isTensor ? `${each.name} (${each.shape.join(', ')}) of ${each.type}` : each.name,
  );
  throw formatError(`Expected ${INPUT} of the model in ${path} but found ${found.join(', ') || 'none'}`);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
