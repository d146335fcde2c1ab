import { type ErrorCode, LibtorchGenerativeError } from '../errors';
import type { DType, Handle, TypedArray } from './handle';
import { loadAddon } from './load';
import type { Ops } from './ops.generated';

/** A native layer: owns its parameters, which keep their handles when their memory is replaced. */
export interface NativeModule {
  parameters(): Record<string, Handle>;
  /** Packs the parameters into one block again after their memory was replaced; only where it matters. */
  flattenParameters?(): void;
  dispose(): void;
}

export interface NativeLinear extends NativeModule {
  forward(input: Handle): Handle;
}

/** A linear layer and the activation after it; `slope` is for leakyRelu. */
export interface NativeLink {
  linear: NativeLinear;
  activation: 'none' | 'relu' | 'leakyRelu' | 'tanh' | 'sigmoid';
  slope: number;
}

export interface NativeLinearChain {
  forward(input: Handle): Handle;
}

export interface NativeGRU extends NativeModule {
  /** `[output (B, T, H), hidden (L, B, H)]` */
  forward(input: Handle, hidden?: Handle): [Handle, Handle];
  /** hidden (L, B, H) alone */
  lastHidden(input: Handle, hidden?: Handle): Handle;
}

export interface NativeAdam {
  step(gradients?: Handle[]): void;
  zeroGrad(): void;
  state(): { step: Handle[]; expAvg: Handle[]; expAvgSq: Handle[] };
  setLearningRate(lr: number): void;
  dispose(): void;
}

/** A kernel's calls on this thread, and those that fell back to libtorch although the kernel supports the tensors. */
export interface KernelCalls {
  ours: number;
  /** Fell back because our result differed from libtorch's in the trial. */
  differing: number;
  /** Fell back because too many shapes are in use to remember another trial. */
  forgotten: number;
}

/** Opaque: passed to the functions that draw random numbers. */
export type NativeRandomGenerator = object;

/** The exports of binding/ besides the operators, with the C++ code's argument order. */
export interface Addon extends Ops {
  setErrorFactory(makeError: (code: ErrorCode, message: string) => Error): void;
  operatorSchemas(): Record<string, string>;

  fromTypedArray(data: TypedArray, shape?: number[]): Handle;
  /** Takes the elements as raw memory, in row-major order. */
  fromBytes(bytes: Uint8Array, dtype: DType, shape: number[]): Handle;
  toBytes(tensor: Handle): Uint8Array<ArrayBuffer>;
  toTypedArray(tensor: Handle): TypedArray;
  item(tensor: Handle): number | boolean;
  shape(tensor: Handle): number[];
  numel(tensor: Handle): number;
  dtype(tensor: Handle): DType;
  device(tensor: Handle): 'cpu' | `cuda:${number}`;
  isContiguous(tensor: Handle): boolean;
  dispose(tensor: Handle): void;
  isAlive(tensor: Handle): boolean;
  /** Replaces the memory of the tensor and its gradient; integers keep their dtype. */
  moveTo(tensor: Handle, dtype?: DType, device?: string): void;
  /** A text that is another one once any of the tensors has other memory or was changed in place. */
  versionOf(tensors: Handle[]): string;
  openScope(): void;
  closeScope(kept: Handle[]): void;
  keep(tensor: Handle): void;
  memory(): { tensors: number; bytes: number; scopes: number; cachedBytes: number };
  emptyCache(): void;

  backward(loss: Handle, retainGraph?: boolean): void;
  grad(loss: Handle, inputs: Handle[], retainGraph?: boolean, createGraph?: boolean): Handle[];
  gradOf(tensor: Handle): Handle | undefined;
  setGrad(tensor: Handle, gradient: Handle | undefined): void;
  /** For example "AddBackward0" for a tensor that an operator returned. */
  gradientFunction(tensor: Handle): string | undefined;
  requiresGrad(tensor: Handle): boolean;
  /** Whether it is alive, a leaf of the graph, and requires a gradient. */
  isTrainable(tensor: Handle): boolean;
  setRequiresGrad(tensor: Handle, requiresGrad: boolean): void;
  setGradEnabled(enabled: boolean): boolean;

  /** Returns the rows of data (N, ...) whose indices are in `order` (N) from `start` to `end`. */
  selectRows(data: Handle, order: Handle, start: number, end: number): Handle;
  /** Converts bytes to float32 in [-1, 1]. */
  dataOfPixels(pixels: Handle): Handle;

  /** With a CUDA device, starts at the state of libtorch's generator for it. */
  RandomGenerator: new (
    device?: string,
  ) => NativeRandomGenerator;
  /** Swaps the thread's generators with these, until they are swapped back. */
  exchangeGenerators(cpu: NativeRandomGenerator, cuda?: NativeRandomGenerator): void;
  manualSeed(seed: number | bigint, generator?: NativeRandomGenerator): void;
  /** The state of the thread's generator, or of libtorch's generator for a named CUDA device. */
  generatorState(generator?: NativeRandomGenerator | string): Uint8Array;
  setGeneratorState(state: Uint8Array, generator?: NativeRandomGenerator | string): void;
  randomSeed(generator?: NativeRandomGenerator): bigint;
  randn(size: number[], generator?: NativeRandomGenerator, dtype?: DType, device?: string): Handle;
  rand(size: number[], generator?: NativeRandomGenerator, dtype?: DType, device?: string): Handle;
  uniform_(tensor: Handle, from: number, to: number, generator?: NativeRandomGenerator): Handle;
  normal_(tensor: Handle, mean: number, std: number, generator?: NativeRandomGenerator): Handle;
  randperm(n: number, generator?: NativeRandomGenerator, device?: string): Handle;
  bernoulli(probabilities: Handle, generator?: NativeRandomGenerator): Handle;
  multinomial(weights: Handle, numSamples: number, replacement: boolean, generator?: NativeRandomGenerator): Handle;

  numThreads(): number;
  setNumThreads(numThreads: number): void;
  cpuCapability(): string;
  /** For tests: the calls of kernels that replace libtorch's code where they return identical bits. */
  kernelCalls(): Record<'adam' | 'bce' | 'mean' | 'normal' | 'product' | 'sigmoid' | 'tanh', KernelCalls>;
  cudaIsBuilt(): boolean;
  cudaDeviceCount(): number;

  Linear: new (inFeatures: number, outFeatures: number, bias: boolean) => NativeLinear;
  LinearChain: new (links: NativeLink[]) => NativeLinearChain;
  /** For tests: `a b + bias` by a kernel that replaces libtorch's where it returns identical bits. */
  orderedProduct(a: Handle, b: Handle, bias: Handle | undefined, order: number[][] | 'avx2' | 'avx512'): Handle;
  GRU: new (inputSize: number, hiddenSize: number, numLayers: number, exact: boolean) => NativeGRU;
  bceLoss(input: Handle, target: Handle): Handle;
  bceWithLogitsLoss(input: Handle, target: Handle): Handle;
  mixtureNll(raw: Handle, target: Handle, varianceFloor: number): Handle;
  /** Returns a scalar, or undefined if there is no kernel for such tensors. */
  mdnRnnNll(parameters: Handle[], input: Handle, target: Handle, varianceFloor: number): Handle | undefined;
  /** Returns (paths, horizon), or undefined if there is no kernel for such tensors. */
  rollOut(
    parameters: Handle[],
    history: Handle,
    known: Handle | undefined,
    options: { horizon: number; paths: number; varianceFloor: number; temperature: number; seed: number },
  ): Handle | undefined;
  /** Returns a step's random numbers (2, paths): uniform, then normal. */
  pathNoise(seed: number, step: number, paths: number): Handle;
  /** Returns normal numbers (count, size): those of sample `first` and of the next ones. */
  sampleNoise(seed: number, first: number, count: number, size: number): Handle;
  /** Returns (B, N) in float64, for levels (N) above 0 and below 1. */
  mixtureQuantiles(means: Handle, variances: Handle, logWeights: Handle, levels: Handle): Handle;
  sampleMixture(raw: Handle, varianceFloor: number, temperature: number, generator?: NativeRandomGenerator): Handle;
  Adam: new (
    parameters: Handle[],
    options: { lr: number; beta1: number; beta2: number; eps: number; weightDecay: number },
  ) => NativeAdam;
}

let addon: Addon | undefined;

/** Returns the add-on, loading it and libtorch on the first call, so that importing the package needs neither. */
export function native(): Addon {
  if (!addon) {
    addon = loadAddon() as Addon;
    addon.setErrorFactory((code, message) => new LibtorchGenerativeError(code, message));
  }
  return addon;
}
