declare module 'node-gyp-build' {
  /** Returns the add-on for this system in `folder`: from `build/Release`, else `prebuilds`. Throws if none exists. */
  export function resolve(folder: string): string;
}
