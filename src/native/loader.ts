/** The add-on of binding/loader.cc, which needs no libtorch itself. */
export interface Loader {
  /** An environment variable as libraries see it. */
  variable(name: string): string | undefined;
  /**
   * Loads a library that reads an environment variable meanwhile, with a value that is set for that long. Tells whether
   * this process has it so: not if another has loaded `soname` before.
   */
  loadFirst(path: string, soname: string, name: string, value: string): boolean;
  /** Loads libtorch.so by its absolute path and gives its version. Throws the system's message. */
  loadLibtorch(path: string): string;
  /** The exports of the library that was compiled for the libtorch that is loaded. Throws the system's message. */
  open(path: string): unknown;
}
