/** The add-on of binding/loader.cc, which does not need libtorch itself. */
export interface Loader {
  /** Returns an environment variable as libraries see it. */
  variable(name: string): string | undefined;
  /**
   * Loads a library with an environment variable set while it loads. Returns whether this took effect: false if
   * `soname` was already loaded.
   */
  loadFirst(path: string, soname: string, name: string, value: string): boolean;
  /** Loads libtorch.so by its absolute path and returns its version. Throws the system's message. */
  loadLibtorch(path: string): string;
  /** Returns the exports of the library compiled for the loaded libtorch. Throws the system's message. */
  open(path: string): unknown;
}
