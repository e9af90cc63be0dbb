interface Program {
  readonly name: string;
  readonly packages: readonly string[];
}

export declare const AS_FIRST: readonly string[];
export declare const browser: string | undefined;
export declare const headlessShell: string | undefined;
export declare const missing: Readonly<Record<string, Program>>;
export declare const installable: readonly Program[];
export declare function findCommand(...names: readonly string[]): string | undefined;
export declare function createTags(): { readonly name: string; readonly skip: boolean }[];
