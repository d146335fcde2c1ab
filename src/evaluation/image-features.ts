import type { ImageSet } from '../data/image-set';
import type { Tensor } from '../tensor/tensor';

/** What images are compared by. */
export interface FeatureInfo {
  /** A digit classifier, random convolutions, or a model in an ONNX file. */
  kind: 'digits' | 'random' | 'onnx';
  /** Number of features of an image. */
  size: number;
  /** Such as "random convolutional features (compare only within this table)". */
  description: string;
}

/** Features of images, and what else was seen in them. */
export interface SeenImages {
  /** (N, F), float64. */
  features: Tensor;
  /** Number of images classified as 0, 1, ..., by a digit classifier. */
  digits?: number[] | undefined;
}

/** Maps images to vectors whose distances mean something. */
export interface ImageFeatures extends FeatureInfo {
  /** Accuracy of a digit classifier on MNIST's test images. */
  accuracy?: number | undefined;
  /** Computes the features of images; lets the event loop run in between. */
  look(images: ImageSet): Promise<SeenImages>;
  dispose(): void;
}
