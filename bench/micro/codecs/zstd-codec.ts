/** The `zstd-codec` package (WebAssembly), which takes part in the race where it is installed. */

export interface ZstdCodec {
  compress(bytes: Uint8Array, level: number): Uint8Array;
  decompress(bytes: Uint8Array): Uint8Array;
}

interface ZstdCodecModule {
  readonly ZstdCodec: { run(use: (zstd: { Simple: new () => ZstdCodec }) => void): void };
}

/** Undefined when the package is not there. */
export async function openZstdCodec(): Promise<ZstdCodec | undefined> {
  const name = 'zstd-codec';
  const module = (await import(name).catch(() => undefined)) as ZstdCodecModule | undefined;
  if (module === undefined) return undefined;
  return new Promise((resolve) => module.ZstdCodec.run(({ Simple }) => resolve(new Simple())));
}
