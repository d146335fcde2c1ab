declare module 'prebuildify' {
  interface Options {
    cwd: string;
    out: string;
    name: string;
    napi: boolean;
    strip: boolean;
    tagLibc: boolean;
    /** The command that compiles, run in `cwd`. */
    nodeGyp: string;
  }

  export default function prebuildify(options: Options, callback: (error?: Error) => void): void;
}
