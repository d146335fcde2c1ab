declare module 'node-gyp-build' {
  /** The path of the add-on for this system in `folder`: in `build/Release`, else in `prebuilds`. Throws if it has none. */
  export function resolve(folder: string): string;
}
